# Shared by ./run, ./test and ./install: checks what the build needs, and gets it where it may. Sourced, not run.

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

# Swift's lowest version; also in Package.swift.
swift_major=6 swift_minor=1

find_swift() {
  if ! command -v swift >/dev/null 2>&1; then
    for folder in /opt/swift/usr/bin /usr/local/swift/usr/bin "$HOME/.local/share/swiftly/bin" "$HOME/.swiftly/bin"; do
      if [ -x "$folder/swift" ]; then PATH="$folder:$PATH"; export PATH; break; fi
    done
  fi
  local how="get Swift 6.3 in two commands, then run this again:
  curl -O https://download.swift.org/swiftly/linux/swiftly-$(uname -m).tar.gz && tar zxf swiftly-$(uname -m).tar.gz
  ./swiftly init --assume-yes && . ~/.local/share/swiftly/env.sh
or take a package from https://www.swift.org/install"
  command -v swift >/dev/null 2>&1 || stop "Swift was not found; $how"
  local version major minor
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -1)
  [ -n "$version" ] || stop "'swift --version' does not work: $(swift --version 2>&1 | head -3); $how"
  major=${version%%.*} minor=${version#*.}
  if [ "$major" -lt $swift_major ] || { [ "$major" -eq $swift_major ] && [ "$minor" -lt $swift_minor ]; }; then
    stop "Swift $version is too old, $swift_major.$swift_minor or newer is needed; $how"
  fi
}

# Debian packages by what shows that they are there.
missing_packages() {
  local missing=""
  command -v git >/dev/null 2>&1 || missing="$missing git"
  command -v pkg-config >/dev/null 2>&1 || missing="$missing pkg-config"
  [ -f /usr/include/zlib.h ] || [ -f /usr/local/include/zlib.h ] || missing="$missing zlib1g-dev"
  [ -f /usr/include/stdio.h ] || missing="$missing libc6-dev"
  ls /usr/lib/gcc/*/*/libstdc++.so >/dev/null 2>&1 || missing="$missing g++"
  # For the charts, which one can do without: only where it costs no one a command.
  if [ "$(id -u)" -eq 0 ] && ! python3 -m pip --version >/dev/null 2>&1; then missing="$missing python3-pip"; fi
  printf '%s' "$missing"
}

find_libraries() {
  [ "$(uname -s)" = Linux ] || return 0
  local missing
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  local command="apt-get install -y --no-install-recommends$missing"
  command -v apt-get >/dev/null 2>&1 || stop "these are missing; install your system's packages for them:$missing"
  [ "$(id -u)" -eq 0 ] || stop "these packages are missing; run this and then again what you ran:
  sudo $command"
  say "installing$missing"
  local log
  log=$(mktemp)
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive $command; } >"$log" 2>&1; then
    tail -5 "$log" >&2
    rm -f "$log"
    stop "the packages could not be installed; run this and look: $command"
  fi
  rm -f "$log"
}

# ECharts draws the reports; it comes out of a Python package and is not part of the repository.
charts=.build/charts/echarts.min.js
find_charts() {
  [ -s "$charts" ] && return 0
  local folder python
  for python in python3 python; do command -v $python >/dev/null 2>&1 && $python -m pip --version >/dev/null 2>&1 && break; python=; done
  if [ -z "$python" ]; then
    say "note: reports will have tables but no charts, for pip was not found; install python3-pip and run this again"
    return 0
  fi
  folder=$(mktemp -d)
  if $python -m pip download --quiet --no-deps --disable-pip-version-check --dest "$folder" panel==1.9.4 >"$folder/log" 2>&1 &&
    $python - "$folder" <<'PYTHON' 2>>"$folder/log"
import glob, sys, zipfile
wheel = zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0])
with open(sys.argv[1] + "/echarts.min.js", "wb") as file:
    file.write(wheel.read("panel/dist/bundled/echarts/echarts@6.0.0/dist/echarts.min.js"))
PYTHON
  then
    mkdir -p "$(dirname $charts)"
    mv "$folder/echarts.min.js" "$charts"
  else
    say "note: reports will have tables but no charts, for 'pip download panel==1.9.4' failed: $(tail -1 "$folder/log")"
  fi
  rm -rf "$folder"
}

# Lays the chart file and the examples beside the resources of a build folder.
lay_resources() {
  local resources="$1/supernode_Formats.resources"
  [ -d "$resources" ] || return 0
  if [ -s "$charts" ] && ! cmp -s "$charts" "$resources/echarts.min.js"; then cp "$charts" "$resources/"; fi
  mkdir -p "$resources/examples"
  cp -u Examples/*.yaml "$resources/examples/"
  cp -ur Examples/supply "$resources/examples/"
}

# True if nothing that is built into the program changed after the stamp file.
is_fresh() {
  [ -f "$1" ] && [ -z "$(find Sources Package.swift -newer "$1" -print -quit)" ]
}

# swift build with its progress on standard error; on failure only what went wrong.
build() {
  local log started=$SECONDS
  log=$(mktemp)
  if [ -t 2 ]; then
    swift build "$@" >&2 || { rm -f "$log"; stop "the build failed"; }
  elif ! swift build "$@" >"$log" 2>&1; then
    grep -E 'error|note' "$log" | head -20 >&2 || tail -20 "$log" >&2
    rm -f "$log"
    stop "the build failed; see all of it with: swift build $*"
  fi
  rm -f "$log"
  say "built in $((SECONDS - started)) s"
}

# The one release build, which ./run, ./install and Tools/fuzz share: with Swift's libraries inside where they can be.
build_release() {
  local static=()
  [ "$(uname -s)" = Darwin ] || static=(--static-swift-stdlib)
  build -c release --product "${1:-supernode}" ${static[@]+"${static[@]}"}
}

# Builds supernode unless nothing changed since, and lays what it needs beside it.
stamp=.build/release/supernode.stamp
build_supernode() {
  if ! { [ -x .build/release/supernode ] && is_fresh "$stamp"; }; then
    find_swift
    find_libraries
    find_charts
    say "building supernode (the first time takes some minutes)"
    mkdir -p .build
    touch .build/started
    build_release
    mv .build/started "$stamp"
  fi
  lay_resources .build/release
}
