#!/bin/sh
# Measures every ladder on the processor and writes the figures and pictures of docs/ladder-*.md. The machine should do nothing else.
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
dotnet build -c Release src/Host
for ladder in matmul reduction elementwise convolution pairwise; do
    dotnet run -c Release --no-build --project src/Host -- ladder $ladder --device cpu --out "$scratch" > "$scratch/figures"
    # The first block behind the command's line.
    awk -v command="    vaegpu ladder $ladder" -v figures="$scratch/figures" '
        index($0, command) == 1 { found = 1 }
        /^```/ && found == 1 { found = 2; print; while ((getline line < figures) > 0) print line; next }
        /^```/ && found == 2 { found = 3 }
        found != 2 { print }' "docs/ladder-$ladder.md" > "$scratch/page"
    cp "$scratch/page" "docs/ladder-$ladder.md"
    cp "$scratch/ladder-$ladder.svg" docs/pictures/
done
