// Shows a bundle's model card. The text may be anybody's: it becomes elements of a few kinds, never HTML.
import { lexer, type Token, type Tokens } from 'marked';
import type { ComponentChildren } from 'preact';

export function ModelCard({ markdown }: { readonly markdown: string }) {
  return (
    <div class="prose card-text">{markdown === '' ? <p>This model has no card.</p> : blocks(lexer(markdown))}</div>
  );
}

function blocks(tokens: readonly Token[] | undefined): ComponentChildren {
  return tokens?.map((token, i) => <Block key={i} token={token as Tokens.Generic} />);
}

function Block({ token }: { readonly token: Tokens.Generic }): ComponentChildren {
  switch (token.type) {
    case 'heading':
      return token.depth < 3 ? <h3>{blocks(token.tokens)}</h3> : <h4>{blocks(token.tokens)}</h4>;
    case 'paragraph':
      return <p>{blocks(token.tokens)}</p>;
    case 'list': {
      const items = (token as Tokens.List).items.map((item, i) => <li key={i}>{blocks(item.tokens)}</li>);
      return token.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case 'code':
      return (
        <pre>
          <code>{token.text}</code>
        </pre>
      );
    case 'table':
      return <Table table={token as Tokens.Table} />;
    case 'strong':
      return <strong>{blocks(token.tokens)}</strong>;
    case 'em':
      return <em>{blocks(token.tokens)}</em>;
    case 'codespan':
      return <code>{token.text}</code>;
    case 'link':
      return <Link token={token as Tokens.Link} />;
    case 'hr':
      return <hr />;
    case 'space':
      return null;
    default:
      return token.tokens === undefined ? (token.text ?? token.raw) : blocks(token.tokens);
  }
}

/** Links lead to web pages only, and open in a tab of their own. */
function Link({ token }: { readonly token: Tokens.Link }) {
  if (!/^https?:\/\//.test(token.href)) return <>{blocks(token.tokens)}</>;
  return (
    <a href={token.href} target="_blank" rel="noreferrer">
      {blocks(token.tokens)}
    </a>
  );
}

function Table({ table }: { readonly table: Tokens.Table }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="table" tabIndex={0} aria-label="Table">
      <table>
        <thead>
          <tr>
            {table.header.map((cell, i) => (
              <th key={i}>{blocks(cell.tokens)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, i) => (
                <td key={i}>{blocks(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
