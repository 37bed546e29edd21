#!/usr/bin/env bash
# Checks all Terraform code without an account: its form, its READMEs, and for each root and module
# init, validate and the tests, which mock the provider.
set -euo pipefail
cd "$(dirname "$0")"

terraform fmt -check -recursive -diff
./readme.py --check

# In a copy, so that nothing is left here; the provider, some 700 MB, is fetched once.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
tar --create --exclude .terraform --directory .. terraform docs | tar --extract --directory "$copy"
export TF_PLUGIN_CACHE_DIR=${TF_PLUGIN_CACHE_DIR:-$HOME/.cache/terraform}
export TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE=1
mkdir -p "$TF_PLUGIN_CACHE_DIR"

for folder in . bootstrap organization modules/*; do
    echo "== $folder"
    terraform -chdir="$copy/terraform/$folder" init -backend=false -input=false -no-color >/dev/null
    terraform -chdir="$copy/terraform/$folder" validate -no-color
    terraform -chdir="$copy/terraform/$folder" test -no-color
done
