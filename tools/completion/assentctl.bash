# Completion of assentctl for bash: assentctl itself knows what may follow, names of objects included.
_assentctl() {
  local word candidate
  COMPREPLY=()
  local words=("${COMP_WORDS[@]:1:COMP_CWORD}")
  # bash takes "=" for a word of its own
  word=${COMP_WORDS[COMP_CWORD]}
  while IFS= read -r candidate; do
    case $candidate in
      '<file>')
        compopt -o filenames 2>/dev/null
        while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen -f -- "$word")
        ;;
      '<'*'>') ;;
      *) COMPREPLY+=("$(printf '%q' "$candidate")") ;;
    esac
  done < <("${COMP_WORDS[0]}" complete "${words[@]}" 2>/dev/null)
}
complete -F _assentctl assentctl
