#include "hint.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static const struct hint {
    int err;
    const char *ja, *en;
} hints[] = {
    {CPF_E_FORK,
     "再起動を繰り返さない。データベースと cpf-signer をそのまま保全し、cpfctl audit "
     "の結果と共に品質部門へ知らせる。バックアップを戻した直後なら operator.md「復元」",
     "do not start it again; keep database and signer as they are, run cpfctl audit and tell quality; right "
     "after a restore see operator.md, Restore"},
    {CPF_E_SIGNATURE,
     "vkey_file "
     "がこの記録の検証鍵か確かめる。正しければ改変の疑い：そのまま保全し、品質部門へ知らせる",
     "see that vkey_file holds this log's key; if it does, something was altered: keep all as it is and tell "
     "quality"},
    {CPF_E_PROOF, "そのまま保全し、cpfctl audit を実行して品質部門へ知らせる",
     "keep all as it is, run cpfctl audit and tell quality"},
    {CPF_E_MISMATCH, "origin、database、signer_socket、zone が同じ施設のものか確かめる",
     "see that origin, database, signer_socket and zone belong to one facility"},
    {CPF_E_REFUSED,
     "cpf-signer の理由に従う。データベースを古いバックアップから戻した場合は operator.md「復元」",
     "follow cpf-signer's reason; after a restore of the database see operator.md, Restore"},
    {CPF_E_STALE, "別の cpfd が同じ記録を書いている。一つだけを動かす",
     "another cpfd writes this log; run only one"},
    {CPF_E_STATE, "PostgreSQL または設定を text のとおりに直してから起動する",
     "put PostgreSQL or the settings right as the text says, then start"},
    {CPF_E_VERSION, "systemctl start cpfd-migrate（sqitch deploy）を実行するか、合う版の cpfd を入れる",
     "run systemctl start cpfd-migrate (sqitch deploy), or install the cpfd that fits"},
    {CPF_E_KEY, "証明書と鍵を新しくし、systemctl reload cpfd（SIGHUP）で読み直す（operator.md「証明書」）",
     "renew certificate and key, then systemctl reload cpfd (SIGHUP); operator.md, Certificates"},
    {CPF_E_IO, "同じポートやソケットを使う別のプログラムがないか、フォルダーの権限を確かめる",
     "see whether another program has the port or socket, and the folder's permissions"},
};

static bool japanese(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        const char *v = getenv(names[i]);
        if (v && *v)
            return strncmp(v, "ja", 2) == 0;
    }
    return false;
}

static const char *hint_of(struct hint_words w)
{
    return japanese() ? w.ja : w.en;
}

struct hint_words hint_words_for(int err)
{
    for (size_t i = 0; i < sizeof(hints) / sizeof(*hints); i++)
        if (hints[i].err == err)
            return (struct hint_words){hints[i].ja, hints[i].en};
    return (struct hint_words){NULL, NULL};
}

const char *hint_for(int err)
{
    return hint_of(hint_words_for(err));
}

static const struct reason {
    const char *code, *ja, *en;
} reasons[] = {
    {"away.database",
     "PostgreSQL が動いているか、応答するかを確かめる（systemctl status postgresql）。戻れば自動で再開する",
     "see whether PostgreSQL runs and answers (systemctl status postgresql); it goes on by itself once it "
     "does"},
    {"away.signer",
     "cpf-signer が動いているか、応答するかを確かめる（systemctl status cpf-signer）。戻れば自動で再開する",
     "see whether cpf-signer runs and answers (systemctl status cpf-signer); it goes on by itself once it "
     "does"},
    {"away.standby",
     "待機系データベースとその接続を直す（pg_stat_"
     "replication）。待ちを取り消しても記録されたことにはならない",
     "mend the standby or its connection (pg_stat_replication); cancelling the wait makes nothing recorded"},
    {"database.unsafe", "PostgreSQL の fsync と full_page_writes を on に戻し、設定を再読み込みする",
     "set PostgreSQL's fsync and full_page_writes to on again and reload its settings"},
    {"clock.back",
     "サーバーの時計を正しい時刻に合わせる（chronyc tracking）。最後の記録の時刻を過ぎれば自動で再開する",
     "set the server's clock right (chronyc tracking); it goes on by itself once it has passed the last "
     "entry"},
    {"clock.ahead",
     "サーバーの時計を正しい時刻に合わせる（chronyc tracking）。正しければ、別の時計を見て cpfctl clock "
     "confirm",
     "set the server's clock right (chronyc tracking); if it is right, read another clock and cpfctl clock "
     "confirm"},
    {"disk.full",
     "ディスクの空きを作る（disk_folder、disk_stop_mb）。PostgreSQL の WAL "
     "を手で消さない。空けば自動で再開する",
     "make room on the disk (disk_folder, disk_stop_mb), never by deleting PostgreSQL's WAL by hand; it goes "
     "on by itself "
     "once there is room"},
    {"setup.needed", "cpfctl setup で施設を登録する", "set the facility up: cpfctl setup"},
    {"stopping", "終わるまで待つ。すぐに起動しなければ systemctl status cpfd を見る",
     "wait for its end; if it does not start again see systemctl status cpfd"},
};
#define NREASONS (sizeof(reasons) / sizeof(*reasons))

static const struct reason warnings[HEALTH_WARNINGS] = {
    [HEALTH_CERTIFICATE] =
        {"certificate.ends", "期限の前に証明書を新しくし、systemctl reload cpfd（operator.md「証明書」）",
         "renew the certificate before it ends, then systemctl reload cpfd (operator.md, Certificates)"},
    [HEALTH_FILE] = {"file.unusable",
                     "journal の what が示すファイルを元に戻す。このままでは次の起動ができない",
                     "put the file that the journal names (what=) right again: the next start needs it"},
    [HEALTH_KEY] =
        {"key.exposed",
         "鍵ファイルの権限を所有者（とグループ）だけにする（chmod o= FILE）。読まれた疑いがあれば鍵を替える",
         "take the key from all others (chmod o= FILE); if somebody may have read it, replace it"},
    [HEALTH_DISK] = {"disk.low", "ディスクの空きを増やす。disk_stop_mb を下回ると記録が止まる",
                     "make room on the disk: below disk_stop_mb nothing is recorded any more"},
    [HEALTH_CLOCK] =
        {"clock.unsynchronised", "時刻同期を直す（chronyc tracking）。時計がずれると記録が止まる",
         "mend the time service (chronyc tracking): a clock that drifts away stops the recording"},
};
_Static_assert(HEALTH_WARNINGS == 5, "a new warning has its code and words here");
#define NWARNINGS (sizeof(warnings) / sizeof(*warnings))

/* Of the table of rights, as the log has it. */
static const struct reason of_rights[] = {
    {HINT_RIGHTS_PROPOSED,
     "提案を確かめ（cpfctl basis show、cpfctl rights weaker）、管理部門と品質部門が承認する（cpfctl basis "
     "accept）か、rights.yaml を元に戻す",
     "look at it (cpfctl basis show, cpfctl rights weaker); management and quality accept it (cpfctl basis "
     "accept), or rights.yaml is put back"},
    {HINT_RIGHTS_UNREADABLE,
     "この版に合わせた rights.yaml を置き（cpfctl rights "
     "check）、施設管理者と品質部門責任者が承認する（cpfctl basis accept）",
     "give rights.yaml what this version asks for (cpfctl rights check); facility manager and quality "
     "manager "
     "accept it (cpfctl basis accept)"},
};
#define NRIGHTS (sizeof(of_rights) / sizeof(*of_rights))

const char *hint_reason(size_t i)
{
    return i < NREASONS ? reasons[i].code : NULL;
}

const char *hint_warning(size_t i)
{
    return i < NWARNINGS ? warnings[i].code : NULL;
}

static struct hint_words find(const struct reason *list, size_t n, const char *code)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].code, code) == 0)
            return (struct hint_words){list[i].ja, list[i].en};
    return (struct hint_words){NULL, NULL};
}

struct hint_words hint_words_for_reason(const char *code)
{
    struct hint_words w = {NULL, NULL};
    if (code)
        w = find(reasons, NREASONS, code);
    if (code && !w.en)
        w = find(warnings, NWARNINGS, code);
    return code && !w.en ? find(of_rights, NRIGHTS, code) : w;
}

const char *hint_for_reason(const char *code)
{
    return hint_of(hint_words_for_reason(code));
}
