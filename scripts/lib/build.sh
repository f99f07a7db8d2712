# Sourced by the scripts beside it: building a project only when needed, quietly unless it fails.

# build_if_stale ROOT PROJECT ASSEMBLY FOLDER...
# Builds PROJECT in Release when a source under the FOLDERs is newer than its last build here.
build_if_stale() {
    local root=$1 project=$2 assembly=$3
    shift 3
    local output="$root/$(dirname "$project")/bin/Release/net10.0/$assembly"
    local stamp="$root/$(dirname "$project")/obj/$assembly.built"
    local folders=()
    for folder in "$@"; do folders+=("$root/$folder"); done
    if [ -x "$output" ] && [ -f "$stamp" ]; then
        local newer
        newer=$(find "${folders[@]}" "$root/Directory.Build.props" "$root/Directory.Packages.props" \
            \( -name bin -o -name obj \) -prune -o -type f -newer "$stamp" -print -quit)
        [ -z "$newer" ] && return 0
    fi
    local log started
    log=$(mktemp)
    started=$(mktemp)
    if ! dotnet build "$root/$project" -c Release --nologo -v quiet >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log" "$started"
        echo "build of $project failed" >&2
        return 1
    fi
    rm -f "$log"
    mkdir -p "$(dirname "$stamp")"
    # The stamp carries the time at which the build began, so an edit made meanwhile is seen next time.
    mv -f "$started" "$stamp"
}
