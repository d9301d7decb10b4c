#compdef assentctl
# Completion of assentctl for zsh: assentctl itself knows what may follow, names of objects included.
local candidate
local -a candidates
for candidate in "${(@f)$("${words[1]}" complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
  case $candidate in
    '') ;;
    '<file>') _files ;;
    '<'*'>') ;;
    *) candidates+=("$candidate") ;;
  esac
done
(( $#candidates )) && compadd -- "${candidates[@]}"
