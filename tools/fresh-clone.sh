#!/usr/bin/env bash
# Does what the README's first screen says as a stranger would: a fresh clone of HEAD, an empty home directory and no
# environment but PATH. `tools/fresh-clone.sh test` runs the tests, anything else the demo. A machine that needs settings
# to reach its registry passes them as npm_config_userconfig.
set -euo pipefail
cd "$(dirname "$0")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir "$place/home"
git clone --quiet . "$place/clone"
cd "$place/clone"

fresh() {
  env -i PATH="$PATH" HOME="$place/home" ${npm_config_userconfig:+npm_config_userconfig="$npm_config_userconfig"} "$@"
}

time fresh npm ci
if [ "${1:-}" = test ]; then
  fresh npm test
else
  time fresh npm run build
  time fresh npm run demo
  ls -l runs/demo
fi
