# bash 4.4, coreutils, openssl 3; run in the folder of the unpacked files.
export LC_ALL=C; T=$(mktemp -d) || exit 2; trap 'rm -rf "$T"' EXIT
fail() { echo "FAILED: $*"; exit 1; }
# Bytes are held as text, \xNN each, for printf. lines: as many bytes a line as said. hashes N: SHA-256 of $T/0 .. N-1 in H.
lines() { od -An -v -w"$1" -tx1; }
hashes() { local i j; H=()
  for ((i = 0; i < $1; i = j)); do
    ((j = i + 2000 < $1 ? i + 2000 : $1)); eval "openssl dgst -sha256 -binary \"\$T\"/{$i..$((j - 1))}" >"$T/h" || fail openssl
    mapfile -t -O "$i" H < <(lines 32 <"$T/h")
  done; H=("${H[@]// /\\x}"); }
hash() { printf "$1" >"$T/0"; hashes 1; }
bytes() { local b; mapfile -t b < <(printf '%s\n' "$1" | base64 -d 2>/dev/null | lines "$2"); echo "${b[0]// /\\x}"; }
plain() { local u=${1//-/+}; u=${u//_//}; echo "$u="; } # base64url of a hash as base64
urls() { mapfile -t U < <(for h; do printf "$h\\x00"; done | base64 -w44); U=("${U[@]%?}"); U=("${U[@]//+/-}"); U=("${U[@]//\//_}"); }
hex() { echo "${1//\\x/}"; }
digest() { local d; d=$(sha256sum); echo "${d%% *}"; }
whole() { local t=(); mapfile -d '' -n 2 t <"$1"; ((${#t[@]} == 1)) || fail "$1"; text=${t[0]}; }
declare -A B; body() { # TEXT: what stands in its body itself, by name, in B: nothing that lies deeper or is written in a string
  local t=${1//'\\'/!} p i o c d=0 in=; t=${t//'\"'/!}; B=() # now each " begins a string or ends it: every second part is one
  mapfile -t -d '"' p < <(printf %s "$t")
  for ((i = 0; i < ${#p[@]}; i += 2)); do
    c=${p[i]#:}
    if ((i)) && [[ $c != "${p[i]}" ]]; then # behind a name
      ((d == 1)) && in=${p[i - 1]}
      [[ $d == 2 && $in == body && ${p[i - 1]} =~ ^[a-z]+$ ]] && { [[ $c ]] && B[${p[i - 1]}]=${c%%[,\}]*} || B[${p[i - 1]}]=\"${p[i + 1]}\"; }
    fi
    o=${p[i]//[!\{\[]/}; c=${p[i]//[!\}\]]/}; d=$((d + ${#o} - ${#c}))
  done; }
note() { # FILE VKEY: is this note signed by this key?
  local l t= s= i name=${2%%+*} id=${2#*+}
  while IFS= read -r l && [[ $l ]]; do t+=$l$'\n'; done <"$1"
  while IFS= read -r l; do
    s=; [[ $l == "— $name "* ]] && s=$(bytes "${l##* }" 68) && i=$(hex "${s:0:16}") && [[ $i == "${id%%+*}" ]] && break; s=
  done <"$1"
  [[ $s ]] || return 1
  printf %s "$t" >"$T/text"; printf "${s:16}" >"$T/sig"; s=$(bytes "${id#*+}" 33)
  printf "\\x30\\x2a\\x30\\x05\\x06\\x03\\x2b\\x65\\x70\\x03\\x21\\x00${s:4}" >"$T/key"
  openssl pkeyutl -verify -pubin -keyform DER -inkey "$T/key" -rawin -in "$T/text" -sigfile "$T/sig" >/dev/null 2>&1
}
# 1. the files
sha256sum --check --quiet --strict MANIFEST.sha256 || fail MANIFEST.sha256
# 2. the keys, the checkpoint
note keys/manifest.txt "$(<keys/root.txt)" || fail keys/manifest.txt
{ read -r origin; read -r size; read -r root; } <checkpoint.txt; root=$(bytes "$root" 32)
counts() { local role value from until # FILE SIZE: signed by a key of the log that counts for the size?
  while read -r role value from until; do
    [[ $role == log && $from -le $2 && ($until == - || $2 -le $until) ]] && note "$1" "$value" && return 0
  done <keys/manifest.txt; return 1; }
counts checkpoint.txt "$size" || fail checkpoint.txt
# 3. and 4. each entry lies in the tree: all of them at once, one step up the tree after the other
files=(entries/*.json); n=${#files[@]}; for f in support/*.json; do [[ -e $f ]] && files+=("$f"); done; N=${#files[@]}
texts=() idx=() fn=() sn=() len=() from=() P=(); : >"$T/b64"; p=0
for ((i = 0; i < N; i++)); do
  f=${files[i]}; q=${f/#entries/proofs}; q=${q%.json}.tlog-proof; mapfile -t L <"$q" || fail "$q"
  [[ ${L[0]} == c2sp.org/tlog-proof@v1 && ${L[1]} =~ ^index\ (0|[1-9][0-9]*)$ ]] || fail "$q"
  idx[i]=${BASH_REMATCH[1]}; fn[i]=${idx[i]}; sn[i]=$((size - 1)); from[i]=$p
  for ((k = 2; k < ${#L[@]}; k++)); do [[ ${L[k]} ]] || break; [[ ${#L[k]} -eq 44 ]] || fail "$q"; done
  len[i]=$((k - 2)); p=$((p + k - 2)); ((k == 2)) || printf '%s\n' "${L[@]:2:k-2}" >>"$T/b64"
  ((idx[i] < size)) || fail "$q"; whole "$f"; texts[i]=$text; printf '\0%s' "$text" >"$T/$i"
done
mapfile -t P < <(base64 -d <"$T/b64" 2>/dev/null | lines 32); P=("${P[@]// /\\x}"); [[ ${#P[@]} -eq $p ]] || fail proofs
hashes "$N"; r=("${H[@]}"); urls "${H[@]}"; leaf=("${U[@]}")
for ((k = 0, busy = 1; busy; k++)); do
  who=()
  for ((i = 0; i < N; i++)); do
    ((k < len[i])) || continue
    ((sn[i])) || fail "${files[i]}"
    if ((fn[i] & 1 || fn[i] == sn[i])); then
      printf "\\x01${P[from[i] + k]}${r[i]}" >"$T/${#who[@]}"; while ((fn[i] && !(fn[i] & 1))); do ((fn[i] >>= 1, sn[i] >>= 1)); done
    else printf "\\x01${r[i]}${P[from[i] + k]}" >"$T/${#who[@]}"; fi
    ((fn[i] >>= 1, sn[i] >>= 1)); who+=("$i")
  done
  busy=${#who[@]}; ((busy)) && hashes "$busy"
  for ((j = 0; j < busy; j++)); do r[who[j]]=${H[j]}; done
done
for ((i = 0; i < N; i++)); do [[ ${r[i]} == "$root" && ${sn[i]} -eq 0 ]] || fail "${files[i]}"; done
# 5. nothing left out, nothing twice, nothing void
tail=',"kind":"([a-z.-]+)"(,"late":"[^"]*")?(,"law":\[[^]]*\])?,"n":"[^"]*"(,"occurred":"[^"]*")?(,"of":"[^"]*")?(,"pd":\{[^{}]*\})?,"prev":"([^"]*)"(,"req":"[^"]*")?,"sseq":([0-9]+),"stream":"([^"]*)","v":1,"zone":"[^"]*"\}$'
[[ $(<bundle.json) =~ ^\{\"count\":([0-9]+),.*,\"size\":$size,\"stream\":\"([^\"]*)\",\"v\":1\}$ ]] || fail bundle.json
[[ ${BASH_REMATCH[1]} -eq $n ]] || fail "bundle.json: not all entries are here"; stream=${BASH_REMATCH[2]}; last= closed=
map=(); [[ -e map.json ]] && { [[ $(<map.json) =~ ^\{\"count\":([0-9]+),\"index\":([0-9]+),\"last\":\"([^\"]*)\",\"map\":([0-9]+),\"proof\":\[([^]]*)\],\"rows\":([0-9]+),\"salt\":\"([^\"]*)\",\"stream\":\"([^\"]*)\"\}$ ]] && map=("${BASH_REMATCH[@]}") || fail map.json; }
void=() at= pd=()
for ((i = 0; i < N; i++)); do
  f=${files[i]}; text=${texts[i]}; [[ $text =~ $tail ]] || fail "$f"; m=("${BASH_REMATCH[@]}"); pd[i]=${m[6]}
  if ((i < n)); then
    [[ ${m[9]} -eq $((i + 1)) && ${m[7]} == "$last" && ${m[10]} == "$stream" ]] || fail "$f"
    ((i)) && { ((idx[i] > idx[i - 1])) || fail "$f"; }
    [[ $closed && ${m[1]} != batch.reopened ]] && fail "$f: behind batch.closed"
    closed=; [[ ${m[1]} == batch.closed ]] && { closed=$((i + 1)); body "$text"; [[ ${B[count]} == "$closed" ]] || fail "$f"; }
    last=${leaf[i]}; continue
  fi
  ((i > n)) && { ((idx[i] > idx[i - 1])) || fail "$f: twice, or out of order"; }
  [[ ${m[10]} == log && ${m[1]} == log.void ]] && { body "$text"; [[ "${B[count]} ${B[first]}" =~ ^[0-9]+\ [0-9]+$ ]] &&
    ((B[count] > 0 && B[count] + B[first] == idx[i])) && void+=("${B[first]} ${idx[i]}") || fail "$f"; }
  [[ $map && ${m[10]} == log && ${m[1]} == log.batch-map ]] && body "$text" &&
    [[ ${B[map]} == "${map[4]}" && ${B[rows]} == "${map[6]}" && ${B[voids]} =~ ^[0-9]+$ ]] && at=${idx[i]} maproot=${B[root]} voids=${B[voids]}
done
for v in "${void[@]}"; do for ((i = 0; i < N; i++)); do ((idx[i] < ${v% *} || idx[i] >= ${v#* })) || fail "${files[i]}: void"; done; done
if [[ $map ]]; then
  [[ $at && ${map[8]} == "$stream" && ${leaf[map[1] - 1]} == "${map[3]}" ]] || fail map.json
  { printf "$(bytes "$(plain "${map[7]}")" 32)"; printf %s "$stream"; } >"$T/0"; hashes 1; c=
  for ((i = 56; i >= 0; i -= 8)); do printf -v b '\\x%02x' $((map[1] >> i & 255)); c+=$b; done
  hash "\\x00${H[0]}$c$(bytes "$(plain "${map[3]}")" 32)"; x=${map[2]} y=$((map[6] - 1)) h=${H[0]}
  IFS='",' read -ra L <<<"${map[5]}"
  for s in "${L[@]}"; do
    [[ $s ]] || continue; s=$(bytes "$(plain "$s")" 32); ((y)) || fail map.json
    if ((x & 1 || x == y)); then hash "\\x01$s$h"; while ((x && !(x & 1))); do ((x >>= 1, y >>= 1)); done; else hash "\\x01$h$s"; fi
    h=${H[0]}; ((x >>= 1, y >>= 1))
  done
  urls "$h"; [[ $y -eq 0 && \"${U[0]}\" == "$maproot" ]] || fail map.json
  for ((i = 0; i < n; i++)); do (((idx[i] < at) == (i < map[1]))) || fail "${files[i]}: not as map ${map[4]} counts"; done
  for v in "${void[@]}"; do ((${v#* } < at && voids--)); done; ((voids == 0)) || fail "support: not all log.void are here"
fi
unproved=; [[ $closed ]] || [[ $map ]] || fail "neither closed nor counted by a map: the end may be cut off"
[[ $closed && (! $map || ${map[1]} -lt $closed) ]] && unproved="; NOT PROVED: that it was not reopened since"
# 6. personal values
names=() i=0
for f in disclosures/*; do [[ -e $f ]] || continue; whole "$f"; printf %s "$text" >"$T/$i"; names[i++]=$f; done
hashes "$i"; urls "${H[@]}"
for ((j = 0; j < i; j++)); do
  f=${names[j]##*/}; k=$((10#${f%%.*} - 1)); ((k < n)) && [[ ${pd[k]} == *"\"${f#*.}\":\"${U[j]}\""* ]] || fail "${names[j]}"
done
# 7. time stamps: by a certificate that the root key names for that size, judged at the time of the stamp
for f in timestamps/*.tsr; do
  [[ -e $f ]] || continue
  s=${f##*/}; s=${s%%[-.]*}; counts "${f%.tsr}.note" "$s" || fail "${f%.tsr}.note"; when=
  [[ $(openssl ts -reply -in "$f" -text 2>/dev/null) =~ Time\ stamp:\ ([A-Z][a-z]+)\ +([0-9]+)\ ([0-9]+):([0-9]+):([0-9]+)[.0-9]*\ ([0-9]+)\ GMT ]] &&
    m=("${BASH_REMATCH[@]}") && x=JanFebMarAprMayJunJulAugSepOctNovDec && x=${x%%${m[1]}*} && x=$((${#x} / 3)) && y=$((m[6] - (x < 2))) &&
    when=$(((365 * y + y / 4 - y / 100 + y / 400 + (153 * ((x + 10) % 12) + 2) / 5 + m[2] - 719469) * 86400 + 10#${m[3]} * 3600 + 10#${m[4]} * 60 + 10#${m[5]}))
  [[ $when ]] && openssl ts -verify -data "${f%.tsr}.note" -in "$f" -CAfile timestamps/chain.pem -untrusted timestamps/tsa.pem \
    -attime "$when" >/dev/null 2>&1 || fail "$f"
  openssl ts -reply -in "$f" -token_out -out "$T/token" >/dev/null 2>&1 && openssl cms -verify -inform DER -in "$T/token" \
    -noverify -certfile timestamps/tsa.pem -signer "$T/signer" -out /dev/null >/dev/null 2>&1 || fail "$f"
  [[ $(<"$T/signer") =~ BEGIN.*BEGIN ]] && fail "$f"; d=$(openssl x509 -in "$T/signer" -outform DER | digest); pinned=
  while read -r role value a b; do
    [[ $role == tsa && $value == "$d" && $a -le $s && ($b == - || $s -le $b) ]] && pinned=yes
  done <keys/manifest.txt
  [[ $pinned ]] || fail "$f: not by an authority that the root key names"
done
echo "checked by hand: $n entries in the log $origin of size $size${map:+, as of map ${map[4]}}$unproved; root key $(<keys/root.txt)"
