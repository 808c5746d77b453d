#!/bin/sh
# In soffice's place: tries to write where the document says and to reach the network, and reports what it could.
OUT=; FILE=
while [ $# -gt 0 ]; do
  case "$1" in --outdir) OUT="$2"; shift ;; --convert-to) shift ;; -*) ;; *) FILE="$1" ;; esac
  shift
done
folder=$(cat "$FILE")
(mkdir -p "$folder" && touch "$folder/escaped" && touch /usr/escaped) 2>/dev/null && echo wrote > "$OUT/0.docx" || echo read-only > "$OUT/0.docx"
[ "$(ls /sys/class/net 2>/dev/null | grep -v '^lo$')" = "" ] || [ "$(cat /proc/net/dev | grep -c ':')" = 1 ] && echo no-network >> "$OUT/0.docx"
exit 0
