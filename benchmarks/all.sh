#!/bin/sh
# Runs every benchmark to the end, the longest last; one whose data are absent is skipped with the
# reason. Exit status 1 when any of them failed.
#
#     sh benchmarks/all.sh PYTHON CORPORA GOLD DATA
python=$1 corpora=$2 gold=$3 data=$4
status=0

# measure NEEDED SCRIPT [ARGUMENT ...]
measure() {
  needed=$1 script=$2
  shift 2
  echo "== benchmarks/$script.py $*"
  if [ -n "$needed" ] && [ ! -e "$needed" ]; then
    echo "skipped: no $needed"
  elif ! "$python" -m "benchmarks.$script" "$@"; then
    echo "failed: benchmarks/$script.py"
    status=1
  fi
}

PYTHONPATH=$(pwd)${PYTHONPATH:+:$PYTHONPATH}
export PYTHONPATH
for path in benchmarks/*.py benchmarks/*/__main__.py; do
  name=$(basename "${path%/__main__.py}" .py)
  case $name in
    extraction) measure "$corpora" extraction "$corpora" --words 4000 ;;
    parity | references | spans) measure "$corpora" "$name" "$corpora" ;;
    quantities) measure "$gold" quantities "$gold" ;;
    hulls) measure "$data/hulls/reference_hulls.csv" hulls "$data/hulls/reference_hulls.csv" ;;
    zones) measure "$data/zones/known_sites.csv" zones "$data/zones/known_sites.csv" ;;
    coastal_surge)
      parts=$(mktemp -d)
      measure "$data/tide-gauge" coastal_surge "$data" -o "$parts"
      ;;
    survey_encoders) measure "$data/sonar" survey_encoders "$data" ;;
    optimize) # as a module: the script's own folder would hide the package of that name
      echo "== benchmarks/optimize.py"
      "$python" -m benchmarks.optimize --only 10,30 --seeds 1:20 || status=1
      ;;
    # Those that need what a training made have targets of their own in the Makefile.
    distill | learning | student_speed | robustness | __init__) ;;
    # Parts of others, and what measures nothing.
    commands | rival_engines | twenty_rules | pins | sbom) ;;
    startup) measure "" startup --data "$data" --corpora "$corpora" ;;
    *) measure "" "$name" ;;
  esac
done
measure "$corpora" robustness "$corpora"
exit $status
