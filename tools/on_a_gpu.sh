#!/usr/bin/env bash
# What is to be found out on a machine with a GPU, in parts of a few minutes each. MNIST lies in data/ beforehand.
#   tools/on_a_gpu.sh PART FOLDER          PART: tests, bench, workflow, kills, seeds; what it finds goes to FOLDER
#   DEVICE=cpu QUICK=1 tools/on_a_gpu.sh … the same on a processor, in little, to try it out
# PYTHON: the interpreter to use; by default that of .venv, or python3.
set -uo pipefail
cd "$(dirname "$0")/.."
part=$1 out=$(realpath -m "$2") device=${DEVICE:-cuda} quick=${QUICK:-} python=${PYTHON:-$([ -x .venv/bin/python ] && echo "$PWD/.venv/bin/python" || echo python3)}
mkdir -p "$out"

describe() {
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null
  "$python" -c 'import sys, torch; print("python", sys.version.split()[0], "torch", torch.__version__, torch.version.cuda)'
  date -u +%F
}

enter_a_copy() { # so that results are made from nothing, and those that are here stay
  local copy
  copy=$(mktemp -d)
  cp -r Snakefile config.yaml environment.yml config workflow profiles resources iadb_core snakemake_logger_plugin_iadb "$copy"
  [ ! -d data ] || ln -s "$PWD/data" "$copy/data"
  cd "$copy" || exit
}

snakemake_of() {
  "$python" -m snakemake --cores "$(nproc)" --scheduler greedy "$@"
}

experiments() { # a configuration whose experiments have few steps, for a trial
  [ -n "$quick" ] || return 0
  printf 'experiments:\n  densities: {training: {steps: 640}}\n  mnist: {training: {epochs: null, steps: 8}, sampling: {steps: 4}}\n' > "$out/quick.yaml"
  printf -- '--configfile\n%s\n' "$out/quick.yaml"
}

case $part in
tests)
  "$python" -m pytest -q -p no:cacheprovider -rs tests/system/test_graphs.py tests/system/test_runtime.py \
    tests/training/test_loop.py tests/training/test_capture.py tests/training/test_stepper.py tests/sampling \
    tests/face/test_training.py tests/system/test_sharing.py
  ;;
bench)
  "$python" -m benchmarks.run --device "$device" ${quick:+--quick} --data-dir data --out "$out"
  ;;
workflow)
  enter_a_copy
  mapfile -t configuration < <(experiments)
  for target in results/densities.gif results/mnist.gif; do
    SECONDS=0
    snakemake_of "$target" "${configuration[@]}" || exit
    echo "$target: $SECONDS s"
    cp "$target" "$out"
  done
  for summary in results/*/seed0/training.json; do
    "$python" -c 'import json, sys; told = json.load(open(sys.argv[1])); print(sys.argv[1], {key: told[key] for key in ("device", "hardware", "training_seconds", "training_steps", "peak_memory_mb", "final_loss")})' "$summary"
  done
  ;;
kills)
  "$python" tests/soak --kills "$([ -n "$quick" ] && echo 2 || echo 30)" --device "$device"
  ;;
seeds) # one run of `densities`, and several at a time that share the GPU
  enter_a_copy
  for count in 1 4 16; do
    printf 'experiments:\n  densities: {runs_per_gpu: %s, seeds: [%s]%s}\n' "$count" "$(seq -s, 0 $((count - 1)))" \
      "${quick:+, training: {steps: 640\}}" > "$out/seeds.yaml"
    rm -rf results/densities
    mapfile -t models < <(seq -f 'results/densities/seed%g/model.pt' 0 $((count - 1)))
    SECONDS=0
    snakemake_of "${models[@]}" --configfile "$out/seeds.yaml" || exit
    echo "$count seeds at a time: $SECONDS s"
  done
  ;;
*)
  echo "no part $part" >&2
  exit 2
  ;;
esac 2>&1 | tee "$out/$part.log"
status=${PIPESTATUS[0]}
describe | tee -a "$out/$part.log"
exit "$status"
