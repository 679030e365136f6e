#!/usr/bin/env bash
# Runs `kubeproof check` for action.yml.
#
# Reads KUBEPROOF (the program), INPUT_PATHS, INPUT_ARGS, INPUT_FORMAT, INPUT_FAIL_ON and what the runner sets.
# Writes `exit-code` and `sarif` to GITHUB_OUTPUT and a summary to GITHUB_STEP_SUMMARY.
set -uo pipefail

sarif=$RUNNER_TEMP/kubeproof.sarif
arguments=(--format "${INPUT_FORMAT:-github}" --output "sarif=$sarif")
case "${INPUT_FAIL_ON:-warning}" in
  never) arguments+=(--exit-zero) ;;
  *) arguments+=(--fail-on "${INPUT_FAIL_ON:-warning}") ;;
esac

# The format `github` writes the summary itself.
summary=
if [ "${INPUT_FORMAT:-github}" != github ]; then
  summary=$RUNNER_TEMP/kubeproof-summary.md
  arguments+=(--output "markdown=$summary")
fi

# Words, and nothing else: no quoting, no globbing, no substitution.
while read -r -a words; do
  # The bash of macOS takes an empty list for an unset one.
  arguments+=(${words[@]+"${words[@]}"})
done <<< "${INPUT_ARGS:-}"

paths=()
while IFS= read -r path; do
  path=${path%$'\r'}
  [ -z "$path" ] || paths+=("$path")
done <<< "${INPUT_PATHS:-}"
[ "${#paths[@]}" -gt 0 ] || paths=(.)

rm -f "$sarif" ${summary:+"$summary"}
"$KUBEPROOF" check "${arguments[@]}" -- "${paths[@]}"
code=$?

printf 'exit-code=%s\n' "$code" >> "$GITHUB_OUTPUT"
if [ -f "$sarif" ]; then
  printf 'sarif=%s\n' "$sarif" >> "$GITHUB_OUTPUT"
fi
# GitHub drops a summary of more than a megabyte.
if [ -n "$summary" ] && [ -f "$summary" ] && [ "$(wc -c < "$summary")" -lt 1000000 ]; then
  cat "$summary" >> "$GITHUB_STEP_SUMMARY"
fi
exit "$code"
