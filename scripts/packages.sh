# shellcheck shell=sh
# Sourced by scripts that need Debian packages.

say() { printf '%s\n' "$*" >&2; }

# Installs those packages that are missing: `install_packages "NEEDED" "WISHED" "WHAT TO INSTALL ELSEWHERE"`. One that is
# wished for may be out of reach.
install_packages() {
  command -v dpkg-query >/dev/null || {
    say "This is not Debian: install $3."
    return 0
  }
  missing=""
  for package in $1 $2; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  say "Installing$missing"
  root=""
  [ "$(id -u)" = 0 ] || root="sudo"
  $root apt-get update -qq
  for package in $missing; do
    case " $2 " in
    *" $package "*)
      $root apt-get install -y -qq "$package" >/dev/null || say "$package cannot be had here; it is downloaded when it is needed"
      ;;
    *) $root apt-get install -y -qq "$package" >/dev/null ;;
    esac
  done
}
