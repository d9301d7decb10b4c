# Catalogue files of one language as one JSON object, id to sentence. A .po escapes as JSON does.
function flush() {
  if (id != "") printf "%s\"%s\":\"%s\"", (n++ ? ",\n" : ""), id, text
  id = text = ""
}
BEGIN { printf "{" }
/^msgid "/ { flush(); part = "id"; $0 = substr($0, 7) }
/^msgstr "/ { part = "text"; $0 = substr($0, 8) }
/^".*"$/ {
  line = substr($0, 2, length($0) - 2)
  if (part == "id") id = id line
  else text = text line
}
END { flush(); print "}" }
