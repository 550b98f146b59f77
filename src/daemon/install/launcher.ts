/**
 * `dffmpeg` of an unpacked archive, for every sh: runs the program beside it with the Node that came along, else with the
 * one on PATH. It calls no other program but readlink, where it was called by a link.
 */
export const launcher = `#!/bin/sh
self=$0
case $self in
  */*) ;;
  *) self=./$self ;;
esac
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=\${self%/*}/$link ;;
  esac
done
here=$(cd "\${self%/*}" && pwd -P) || exit 1
node=$here/node/bin/node
[ -x "$node" ] || node=node
exec "$node" "$here/program/dffmpeg.mjs" "$@"
`;
