// Loads code whose packages are not installed with this one, since few need them, and says what to install.
import { UserError } from '../../core/errors.ts';
import { errorCode } from './disk-errors.ts';

/** Commands and options that need packages which are not installed with this one. */
export const optionalPackages = {
  serve: ['@hono/zod-openapi', 'prom-client'],
  '--queue': ['bullmq', 'ioredis'],
} as const;

/** @returns the packages among these that are not installed. */
export function notInstalled(packages: readonly string[]): string[] {
  return packages.filter(name => {
    try {
      import.meta.resolve(name);
      return false;
    } catch {
      return true;
    }
  });
}

/**
 * @param load imports the module that needs the packages. @param purpose names in errors what needs them: `serve`.
 * @throws UserError with the command that installs them, where one is missing.
 */
export async function withPackages<Module>(
  purpose: string,
  packages: readonly string[],
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const text = String(error);
    if (errorCode(error) !== 'ERR_MODULE_NOT_FOUND' || !packages.some(each => text.includes(`'${each}'`))) throw error;
    throw new UserError(
      `${purpose} needs the packages ${packages.join(' and ')}, which are not installed. Run npm install ` +
        packages.join(' '),
    );
  }
}
