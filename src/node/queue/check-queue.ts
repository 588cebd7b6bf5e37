// Checks before a stage begins that its queue answers and that all it names can be seen by other machines.
import { connect } from './redis.ts';
import { sharedPath } from './shared-folder.ts';

/** @param paths by role, for the message. @throws UserError where there is no queue, or a path is not shared. */
export async function checkQueue(url: string, shared: string, paths: Readonly<Record<string, string>>): Promise<void> {
  for (const [role, path] of Object.entries(paths)) sharedPath(shared, path, `--${role}`);
  const connection = await connect(url);
  connection.close();
}
