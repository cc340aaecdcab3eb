/* README.txt of a bundle: for people, so its lines are laid out by hand. */
#include <string.h>

#include "base/bundle.h"
#include "base/clock.h"

/* clang-format off */
static const char japanese[] =
    "この束の確かめ方 / HOW TO CHECK THIS BUNDLE\n"
    "==========================================\n"
    "\n"
    "対象 / about     : @STREAM@\n"
    "記録簿 / log     : @ORIGIN@\n"
    "作成 / made      : @MADE@\n"
    "\n"
    "【日本語】\n"
    "この束は、ネットワークもデータベースも秘密もなしに確かめられる。cpf-verify という道具が全部を確かめるが、\n"
    "道具を信じなくても、sha256sum と openssl だけで次の手順を手で追える。\n"
    " 1. MANIFEST.sha256 は他の全ファイルのSHA-256である。運搬中の変化はここで分かる。\n"
    " 2. keys/manifest.txt は根鍵が署名した鍵の一覧である。根鍵 keys/root.txt は、この束の外から得たもの\n"
    "    (施設の公表値、印刷された記録)と必ず見比べる。ここだけは束の中からは証明できない。\n"
    " 3. checkpoint.txt は1行目が記録簿の名、2行目が件数、3行目が木の根のハッシュ(base64)、空行の後が署名。\n"
    "    署名(Ed25519)は最初の空行より前の全バイトに対するもの。鍵は件数が from 以上 until 以下のものだけ有効。\n"
    " 4. entries/NNNNN.json が記録そのもの。葉 = SHA-256(00 ‖ バイト列)、節 = SHA-256(01 ‖ 左 ‖ 右)。\n"
    "    proofs/NNNNN.tlog-proof のハッシュを葉から順に合わせると checkpoint.txt の根になる。番号の二進法が\n"
    "    左右を決める(RFC 9162 2.1.3.2)。\n"
    " 5. 抜けがないこと: sseq は1から隙間なく続き、prev は一つ前の葉。締めの記録 batch.closed の count は\n"
    "    その sseq に等しい。開いている束では map.json の行が、ある日の記録 log.batch-map の根に含まれる。\n"
    " 6. 個人情報は disclosures/ にあり、その文字列のSHA-256(base64url)が記録の pd にある。消されたものは\n"
    "    同じストリームの redacted の記録が名指しする。\n"
    " 7. timestamps/ は時刻認証局の証明で、対象は .note のバイト列。局の証明書は根鍵が名指したものに限る。\n"
    " 8. 本人の署名は act.signed の文字列に対するもの。署名対象は\n"
    "    「4 10 cpf/act/v1 <長さ> <記録簿> <長さ> <鍵番号> <長さ> <signed>」。公開鍵は support/ の\n"
    "    person.enrolled にある。\n"
    " 9. support/ の log.void が名指す番号の記録は、証明があっても無効である。\n"
    "\n";

static const char english[] =
    "[English]\n"
    "This bundle can be checked without network, database or secret. The program cpf-verify checks all of it;\n"
    "who trusts no program can follow these steps by hand with sha256sum and openssl.\n"
    " 1. MANIFEST.sha256 holds the SHA-256 of every other file: it shows damage on the way.\n"
    " 2. keys/manifest.txt is the list of keys, signed by the root key. Compare keys/root.txt with one that did\n"
    "    not come with this bundle (published, or printed on a record): this alone cannot be proved from inside.\n"
    " 3. checkpoint.txt: name of the log, its size, the tree's root (base64), an empty line, signatures. A\n"
    "    signature (Ed25519) is over all bytes before the first empty line. A key counts for sizes from..until.\n"
    " 4. entries/NNNNN.json is the record itself. Leaf = SHA-256(00 || bytes), node = SHA-256(01 || l || r). The\n"
    "    hashes of proofs/NNNNN.tlog-proof lead from the leaf to the root of checkpoint.txt; the bits of the\n"
    "    index say which side each is on (RFC 9162, 2.1.3.2).\n"
    " 5. Nothing left out: sseq runs from 1 without a gap, prev is the leaf before, and the count of the closing\n"
    "    entry batch.closed is its own sseq. While the batch is open, map.json is a row below the root of a\n"
    "    daily entry log.batch-map.\n"
    " 6. Personal values are in disclosures/; the SHA-256 of the text (base64url) stands in the entry's pd. What\n"
    "    was erased is named by an entry `redacted` of the same stream.\n"
    " 7. timestamps/ are stamps of an authority over the bytes of the .note; its certificate must be one that\n"
    "    the root key names.\n"
    " 8. A person's signature is over the string act.signed, framed as\n"
    "    \"4 10 cpf/act/v1 <length> <log> <length> <key id> <length> <signed>\"; the public key stands in the\n"
    "    person.enrolled entry in support/.\n"
    " 9. An entry whose index lies in a range named by a log.void entry in support/ is void, proof or not.\n"
    "\n"
    "The same in commands (all but 5's map, 8 and 9):\n"
    "-------- 8< --------\n";

/* Nothing but bash, sha256sum and openssl: a test runs exactly these lines. */
static const char commands[] =
    "# bash, sha256sum, openssl; run in the folder of the unpacked files.\n"
    "export LC_ALL=C; T=${TMPDIR:-/tmp}/hand.$$\n"
    "fail() { echo \"FAILED: $*\"; exit 1; }\n"
    "raw() { local i b=; for ((i = 0; i < ${#1}; i += 2)); do b+=\"\\\\x${1:i:2}\"; done; printf \"$b\"; }\n"
    "hex() { local o; o=$(printf %s \"$1$2\" | openssl base64 -A -d | openssl asn1parse -inform DER)\n"
    "  o=${o##*:}; echo \"${o,,}\"; }\n"
    "url() { local b; b=$(raw \"$1\" | openssl base64 -A); b=${b//+/-}; b=${b//\\//_}; echo \"${b%=}\"; }\n"
    "node() { local s; s=$(raw \"01$1$2\" | sha256sum); echo \"${s%% *}\"; }\n"
    "note() { # FILE VKEY: is this note signed by this key?\n"
    "  local l text= s= name=${2%%+*} id=${2#*+}\n"
    "  while IFS= read -r l && [[ $l ]]; do text+=$l$'\\n'; done <\"$1\"\n"
    "  while IFS= read -r l; do\n"
    "    [[ $l == \"— $name \"* ]] && s=$(hex BIFE \"${l##* }\") && [[ ${s:0:8} == \"${id%%+*}\" ]] && break; s=\n"
    "  done <\"$1\"\n"
    "  [[ $s ]] || return 1\n"
    "  printf %s \"$text\" >\"$T.text\"; raw \"${s:8}\" >\"$T.sig\"\n"
    "  s=$(hex BIEh \"${id#*+}\"); raw \"302a300506032b6570032100${s:2}\" >\"$T.key\"\n"
    "  openssl pkeyutl -verify -pubin -keyform DER -inkey \"$T.key\" -rawin -in \"$T.text\" \\\n"
    "    -sigfile \"$T.sig\" >/dev/null 2>&1\n"
    "}\n"
    "# 1. the files\n"
    "sha256sum --check --quiet --strict MANIFEST.sha256 || fail MANIFEST.sha256\n"
    "# 2. the keys, the checkpoint\n"
    "note keys/manifest.txt \"$(<keys/root.txt)\" || fail keys/manifest.txt\n"
    "{ read -r origin; read -r size; read -r root; } <checkpoint.txt; root=$(hex BIEg \"$root\"); signed=; pins=\n"
    "while read -r role value from until; do\n"
    "  [[ $role == tsa ]] && pins+=\" $value\"\n"
    "  [[ $role == log && $from -le $size && ($until == - || $size -le $until) ]] &&\n"
    "    note checkpoint.txt \"$value\" && signed=yes\n"
    "done <keys/manifest.txt\n"
    "[[ $signed ]] || fail checkpoint.txt\n"
    "# 3. and 4. each entry lies in the tree; the stream has no gap\n"
    "n=0 last=\n"
    "tail=',\"prev\":\"([A-Za-z0-9_-]*)\"(,\"req\":\"[^\"]*\")?,\"sseq\":([0-9]+),\"stream\":\"([^\"]*)\",\"v\":1,\"zone\":\"[^\"]*\"}$'\n"
    "for f in entries/*.json support/*.json; do\n"
    "  [[ -e $f ]] || continue\n"
    "  p=${f/#entries/proofs}; p=${p%.json}.tlog-proof\n"
    "  text=$(<\"$f\"); h=$(printf '\\0%s' \"$text\" | sha256sum); h=${h%% *}; leaf=$h\n"
    "  { read -r l; read -r l fn; ((sn = size - 1))\n"
    "    while read -r l && [[ $l ]]; do\n"
    "      s=$(hex BIEg \"$l\")\n"
    "      if ((fn & 1 || fn == sn)); then\n"
    "        h=$(node \"$s\" \"$h\"); while ((fn && !(fn & 1))); do ((fn >>= 1, sn >>= 1)); done\n"
    "      else h=$(node \"$h\" \"$s\"); fi\n"
    "      ((fn >>= 1, sn >>= 1))\n"
    "    done; } <\"$p\"\n"
    "  [[ $h == \"$root\" && $sn -eq 0 ]] || fail \"$p\"\n"
    "  [[ $f == entries/* ]] || continue\n"
    "  [[ $text =~ $tail && ${BASH_REMATCH[3]} -eq $((++n)) && ${BASH_REMATCH[1]} == \"$last\" ]] || fail \"$f\"\n"
    "  last=$(url \"$leaf\")\n"
    "done\n"
    "# 5. personal values\n"
    "for f in disclosures/*; do\n"
    "  [[ -e $f ]] || continue\n"
    "  name=${f##*/}; e=entries/${name%%.*}.json; d=$(printf %s \"$(<\"$f\")\" | sha256sum)\n"
    "  [[ $(<\"$e\") == *\"\\\"${name#*.}\\\":\\\"$(url \"${d%% *}\")\\\"\"* ]] || fail \"$f\"\n"
    "done\n"
    "# 6. time stamps, by authorities that the root key names\n"
    "for f in timestamps/*.tsr; do\n"
    "  [[ -e $f ]] || continue\n"
    "  openssl ts -verify -data \"${f%.tsr}.note\" -in \"$f\" -CAfile timestamps/chain.pem \\\n"
    "    -untrusted timestamps/tsa.pem >/dev/null 2>&1 || fail \"$f\"\n"
    "  d=$(openssl x509 -in timestamps/tsa.pem -outform DER | sha256sum)\n"
    "  [[ $pins == *\"${d%% *}\"* ]] || fail timestamps/tsa.pem\n"
    "done\n"
    "echo \"checked by hand: $n entries in the log $origin of size $size; root key $(<keys/root.txt)\"\n"
    "-------- >8 --------\n";
/* clang-format on */

/* Text with each `@NAME@` replaced. */
static void put(struct buf *ret, const char *text, const char *const name[], const char *const value[])
{
    while (*text) {
        size_t i = 0;
        while (name[i] && strncmp(text, name[i], strlen(name[i])) != 0)
            i++;
        if (name[i]) {
            buf_puts(ret, value[i]);
            text += strlen(name[i]);
        } else {
            buf_addc(ret, *text++);
        }
    }
}

void bundle_readme(const struct bundle_info *i, struct buf *ret)
{
    char made[CLOCK_TEXT];
    clock_format(i->made, made);
    const char *const name[] = {"@STREAM@", "@ORIGIN@", "@MADE@", NULL};
    const char *const value[] = {i->stream, i->origin, made, NULL};
    put(ret, japanese, name, value);
    buf_puts(ret, english);
    buf_puts(ret, commands);
}
