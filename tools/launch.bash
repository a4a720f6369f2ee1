# shellcheck shell=bash
# Starts one of the tools from any folder: finds a JDK, builds what is missing or out of date, runs its main class.
# Sourced by the launchers beside it, which set 'name', 'main_class', 'modules' and 'java_opts' (arrays) before.
#
#   JAVA_HOME           the JDK to use, if it is new enough

readonly wanted=25

die() {
  echo "$name: $*" >&2
  exit 2
}

app=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$app")
readonly app root

# Prints the major version of the JDK in $1; fails if there is none. A JDK says so in its 'release' file.
jdk_version() {
  [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]] || return 1
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

find_jdk() {
  local candidate version on_path
  on_path=$(command -v javac || true)
  [[ -z $on_path ]] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  for candidate in "${JAVA_HOME:-}" "$on_path" \
    /usr/lib/jvm/* /usr/java/* /opt/* /opt/java/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    version=$(jdk_version "$candidate") || continue
    if [[ -n $version ]] && ((version >= wanted)); then
      echo "$candidate"
      return
    fi
  done
  return 1
}

jdk=$(find_jdk) || die "needs a JDK $wanted or newer: none found in JAVA_HOME, on the PATH, in /usr/lib/jvm, /opt," \
  "~/.sdkman or ~/.jdks; install one (for example from https://adoptium.net) or point JAVA_HOME to it."

# Maven builds the tools with what they depend on; 'modules' are those whose classes are used, with JCuda beside them.
readonly stamp=$app/target/launcher.stamp
classpath=
sources=("$root/pom.xml")
for module in "${modules[@]}"; do
  classpath+=$root/$module/target/classes:
  sources+=("$root/$module/pom.xml" "$root/$module/src/main/java")
done
classpath+="$app/target/lib/*"

# True where the last build is missing or older than a source file or folder.
stale() {
  [[ -f $stamp && -f $app/target/classes/${main_class//.//}.class && -d $app/target/lib ]] || return 0
  [[ -n $(find "${sources[@]}" -newer "$stamp" -print -quit) ]]
}

build() {
  local reason="first run" log
  [[ ! -f $stamp ]] || reason="sources changed"
  command -v mvn >/dev/null || die "needs Maven 3.8.7 or newer to build itself: 'mvn' is not on the PATH."
  echo "building $name ($reason)…" >&2
  if [[ -z ${JAVA_HOME:-} ]] && ! command -v java >/dev/null; then
    export JAVA_HOME=$jdk
  fi
  touch "$stamp.next" # before the build: a file changed meanwhile is newer, and built next time
  if ! log=$(cd "$root" && JAVA25_HOME=$jdk mvn -B -q -pl tools -am compile 2>&1 </dev/null); then
    printf '%s\n' "$log" >&2
    die "the build failed, see the messages above; 'mvn -B verify' in $root shows more."
  fi
  mv -f "$stamp.next" "$stamp"
}

if stale; then
  mkdir -p "$app/target" 2>/dev/null && [[ -w $app/target ]] \
    || die "has to build itself, but $app/target cannot be written; build once as its owner."
  if command -v flock >/dev/null; then # two first runs at once: one builds, the other waits
    exec 9>"$app/target/launcher.lock"
    flock 9
    ! stale || build
    exec 9>&-
  else
    build
  fi
fi

exec "$jdk/bin/java" --enable-native-access=ALL-UNNAMED \
  -XX:+UseSerialGC -XX:MaxDirectMemorySize=1024g -Xshare:auto \
  -Dkanface.root="$root" ${java_opts[@]+"${java_opts[@]}"} \
  -cp "$classpath" "$main_class" "$@"
