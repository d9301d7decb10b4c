# A table of docs/formats/configuration.md (`<!-- table NAME -->`) as scdoc: each option with its value and meaning.
function plain(text) {
  gsub(/`/, "", text)
  gsub(/\\/, "\\\\", text)
  gsub(/_/, "\\_", text)
  gsub(/\*/, "\\*", text)
  gsub(/~/, "\\~", text)
  sub(/^ +/, "", text)
  sub(/ +$/, "", text)
  return text
}
$0 == "<!-- table " name " -->" { inside = 1; next }
/^<!-- end -->/ { inside = 0 }
inside && /^\| `/ {
  split($0, cell, "|")
  value = plain(cell[3])
  otherwise = plain(cell[4])
  needed = otherwise ~ /needed/
  gsub(/\\\*/, "", otherwise)
  printf "*%s*\n", plain(cell[2])
  printf "\t%s", plain(cell[5])
  if (value != "") printf " Value: %s.", value
  if (needed) printf " Needed."
  else if (otherwise != "") printf " Default: %s.", otherwise
  printf "\n\n"
  found = 1
}
END { if (!found) { print "no table " name > "/dev/stderr"; exit 1 } }
