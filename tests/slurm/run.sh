#!/usr/bin/env bash
# Run the tests on a real Slurm, which is started for them and stopped after them: make test-slurm.
#   run.sh PYTHON [pytest's arguments]
# Exits with 77, and says so loudly, where no Slurm can be started.
set -uo pipefail
cd "$(dirname "$0")/../.."
python=$1
shift
tests/slurm/start.sh
status=$?
if [ $status = 77 ]; then
  printf '\n!!! The tests on a real Slurm were SKIPPED: see the line above. Nothing of profiles/slurm was tested.\n\n' >&2
fi
[ $status = 0 ] || exit $status
"$python" -m pip install --quiet --disable-pip-version-check --no-deps \
  --requirement profiles/slurm/requirements.txt --requirement tests/slurm/requirements.txt || exit 1
trap tests/slurm/stop.sh EXIT
export OMP_NUM_THREADS=1
# Jobs mostly wait, so that several tests run at a time; but not those in which the whole cluster fails.
"$python" -m pytest --numprocesses 8 --dist loadfile tests/slurm --ignore tests/slurm/test_slurm_outages.py "$@" &&
  "$python" -m pytest tests/slurm/test_slurm_outages.py "$@"
status=$?
echo "The jobs of these tests, by what became of them:" $(squeue --noheader --states=all --format=%T | sort | uniq -c)
exit $status
