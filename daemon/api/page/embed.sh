#!/bin/sh
# The files of the page as C++ on standard output: compressed, each with its name and the hash of its bytes as ETag.
# Use: embed.sh FILE…
set -eu
number=0 table=''
echo '// Made by daemon/api/page/embed.sh.'
echo '#include <cstddef>'
echo '#include <string_view>'
echo 'namespace assent::api {'
for file in "$@"; do
  hash=$(gzip -9nc "$file" | sha256sum | cut -c 1-16)
  echo "constexpr unsigned char page_file_$number[] = {"
  gzip -9nc "$file" | od -An -v -tx1 | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
  echo '};'
  table="$table  {\"${file##*/}\", \"\\\"$hash\\\"\", page_file_$number, sizeof page_file_$number},
"
  number=$((number + 1))
done
echo 'struct PageFile {'
echo '  std::string_view name, etag;'
echo '  const unsigned char* bytes;'
echo '  std::size_t size;'
echo '};'
printf 'constexpr PageFile page_files[] = {\n%s};\n' "$table"
echo '} // namespace assent::api'
