#!/bin/sh
# Print the Python that `make setup` makes its environment with, and say on stderr which it is: $1 if it is given, else the
# best python3.11 of the PATH, else the best python3. One that was built with PGO is best: without it all work takes 1.2 to
# 1.4 times the CPU.
set -eu

# Prints a rank, the least is best. Debian and Ubuntu build theirs with PGO and LTO, and keep it out of sysconfig.
RANK='
import sys, sysconfig
from importlib.util import find_spec
if sys.version_info < (3, 11):
    sys.exit(1)
flags = sysconfig.get_config_var("CONFIG_ARGS") or ""
optimised = "--enable-optimizations" in flags or "deb_system" in sysconfig.get_scheme_names()
print((1 if optimised else 2) if find_spec("ensurepip") else 3)  # 3: it cannot make an environment
'
taken=${1:-} best=9
if [ -n "$taken" ]; then
    best=$("$taken" -c "$RANK") || taken=
else
    set -f
    IFS=:
    for name in python3.11 python3; do
        for folder in $PATH; do
            rank=$("$folder/$name" -c "$RANK" 2>/dev/null) || continue
            [ "$rank" -ge "$best" ] || { taken=$folder/$name best=$rank; }
        done
        [ -z "$taken" ] || break
    done
fi
if [ -z "$taken" ]; then
    echo "Python 3.11 is needed: make PYTHON=/path/to/python3.11 ..." >&2
    exit 1
fi
case $best in
1) built="optimised" ;;
2) built="not optimised: all work takes 1.2 to 1.4 times the CPU (docs/operations.md)" ;;
*) built="without ensurepip" ;;
esac
echo "Taking $taken, $("$taken" -c 'import platform; print("Python", platform.python_version())'), $built." >&2
echo "$taken"
