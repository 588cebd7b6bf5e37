// Checks what a person sees: few redraws, lines that survive the bar, plain text where there is no terminal.
import { expect, test } from 'vitest';
import { consoleLog, duration } from '../../../src/node/log/console-log.ts';
import { watchMemory } from '../../../src/node/runs/peak-memory.ts';

function recorder(isTTY: boolean) {
  const written: string[] = [];
  let time = 0;
  const log = consoleLog({ write: text => written.push(text), isTTY, columns: 100 }, () => time);
  return { log, written, pass: (milliseconds: number) => (time += milliseconds) };
}

test('a terminal shows a bar with rate and time left, redrawn at most ten times a second', () => {
  const { log, written, pass } = recorder(true);
  const progress = log.progress('pictures', 1000, 'pictures');
  for (let done = 1; done <= 500; done++) {
    pass(10);
    progress.update(done, 'loss 1.5');
  }
  expect(written.length).toBe(50);
  expect(written.at(-1)).toBe(
    '\r\x1b[Kpictures [############............] 500/1000 pictures, 100/s, 5.0 s left  loss 1.5',
  );
  log.info('hello');
  expect(written.at(-1)).toContain('\r\x1b[Khello\npictures [');
  progress.finish();
  expect(written.slice(-2)).toEqual(['\r\x1b[K', 'pictures: 500 pictures in 5.0 s\n']);
});

test('one of a kind is told in the singular', () => {
  const { log, written } = recorder(false);
  const progress = log.progress('prepare', 2, 'pictures');
  progress.update(1);
  progress.finish();
  expect(written.at(-1)).toBe('prepare: 1 picture in 0.0 s\n');
});

test('elsewhere lines come every tenth of the work or quarter of a minute', () => {
  const { log, written, pass } = recorder(false);
  const progress = log.progress('pictures', 100, 'pictures');
  for (let done = 1; done <= 20; done++) {
    pass(10);
    progress.update(done);
  }
  expect(written).toEqual([
    'pictures 10 %: 10/100 pictures, 100/s, 0.9 s left\n',
    'pictures 20 %: 20/100 pictures, 100/s, 0.8 s left\n',
  ]);
  pass(15_000);
  progress.update(21);
  expect(written).toHaveLength(3);
});

test('resumed work does not count for the rate', () => {
  const { log, written, pass } = recorder(false);
  const progress = log.progress('steps', 2000, 'steps', 1000);
  pass(10_000);
  progress.update(1200);
  expect(written.at(-1)).toBe('steps 60 %: 1200/2000 steps, 20.0/s, 40 s left\n');
});

test('work that is resumed tells its first line at the next tenth, not at its first step, which tells no rate', () => {
  const { log, written, pass } = recorder(false);
  const progress = log.progress('steps', 9000, 'steps', 1000);
  pass(2000);
  progress.update(1008);
  expect(written).toEqual([]);
  pass(8000);
  progress.update(1800);
  expect(written).toEqual(['steps 20 %: 1800/9000 steps, 80.0/s, 1:30 left\n']);
});

test('a first step of many does not count as resumed', () => {
  const { log, written, pass } = recorder(false);
  const progress = log.progress('edits', 5000, 'faces');
  pass(60_000);
  progress.update(500);
  expect(written.at(-1)).toBe('edits 10 %: 500/5000 faces, 8.33/s, 9:00 left\n');
});

test('durations are short', () => {
  expect([0.04, 9.94, 59, 61, 3723].map(duration)).toEqual(['0.0 s', '9.9 s', '59 s', '1:01', '1:02:03']);
});

test('memory is watched while work goes on', () => {
  const watch = watchMemory();
  expect(watch.stop()).toBeGreaterThan(10 * 2 ** 20);
});

test('control characters of files are shown, not obeyed, and a long message loses its middle', () => {
  const written: string[] = [];
  const log = consoleLog({ write: text => written.push(text) });
  log.warn('name \x1b[2J\u202egnp.exe\r\nnext\0');
  expect(written.pop()).toBe('warning: name \\x1b[2J\\u202egnp.exe next\\x00\n');
  log.info(`got "${'x'.repeat(1e6)}"; choose another`);
  expect(written.pop()).toMatch(/^got "x{440,450} \[…\] x{425,440}"; choose another\n$/);
});
