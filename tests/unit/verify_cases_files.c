/* Personal values, and the files themselves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify_cases.h"

static void info_count(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "bundle.json", "\"count\":9", "\"count\":8");
}

static void change_value(struct bundle_rig *r, struct verify_options *o)
{
    const char *salted;
    char digest[44];
    (void)o;
    disclosure_make(&r->a, "donor_name", "佐藤 太郎", &salted, digest);
    rig_put(r, "disclosures/00001.donor_name", salted);
}

static void drop_value(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_drop(r, "disclosures/00001.donor_name");
}

static void foreign_value(struct bundle_rig *r, struct verify_options *o)
{
    const char *salted;
    char digest[44];
    (void)o;
    disclosure_make(&r->a, "donor_name", "x", &salted, digest);
    rig_put(r, "disclosures/00002.donor_name", salted);
}

static void move_value(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_rename(r, "disclosures/00001.donor_name", "disclosures/00001.reason");
}

static void keep_redacted(struct bundle_rig *r, struct verify_options *o)
{
    const char *salted;
    char digest[44];
    (void)o;
    disclosure_make(&r->a, "donor_name", "山田 花子", &salted, digest);
    rig_put(r, "disclosures/00001.donor_name", salted);
}

static void value_in_none(struct bundle_rig *r, struct verify_options *o)
{
    foreign_value(r, o);
    rig_rename(r, "disclosures/00002.donor_name", "disclosures/00001.donor_name");
}

static void unsealed_edit(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_file(r, "README.txt")->data[0] ^= 1;
}

static void unlisted(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_put(r, "report.csv", "a,b\n");
}

static void absent(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_drop(r, "disclosures/00001.donor_name");
}

static void no_manifest(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_drop(r, "MANIFEST.sha256");
}

static void manifest_form(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "MANIFEST.sha256", "  ", " *");
}

static void no_readme(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_drop(r, "README.txt");
}

static void no_policy(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_drop(r, "policy.txt");
}

static void no_root(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_drop(r, "keys/root.txt");
}

static void info_form(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "bundle.json", "\"v\":1", "\"v\":2");
}

static void info_no_batch(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "bundle.json", "batch/NK-2026-0007", "person/P-02");
}

static void info_stream(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "bundle.json", "NK-2026-0007", "NK-2026-0008");
    rig_edit(r, "README.txt", "NK-2026-0007", "NK-2026-0008");
}

/* clang-format off */
const struct doctored cases_files[] = {
    {"without_values", {CLOSED, .without_values = true}, NULL, HOLDS},
    {"redacted", {CLOSED, .redact = true}, NULL, HOLDS},
    {"value_changed", {CLOSED}, change_value, VERIFY_PERSONAL, "disclosure.digest", "disclosures/00001.donor_name", false},
    {"value_gone", {CLOSED}, drop_value, VERIFY_PERSONAL, "disclosure.missing", "entries/00001.json", false},
    {"value_foreign", {CLOSED}, foreign_value, VERIFY_PERSONAL, "disclosure.foreign", "disclosures/00002.donor_name", false},
    {"value_moved", {CLOSED}, move_value, VERIFY_PERSONAL, "disclosure.foreign", "disclosures/00001.reason", false},
    {"value_kept_though_redacted", {CLOSED, .redact = true}, keep_redacted, VERIFY_PERSONAL, "disclosure.redacted", "disclosures/00001.donor_name", false},
    {"value_in_bundle_without", {CLOSED, .without_values = true}, value_in_none, VERIFY_PERSONAL, "disclosure.none", "disclosures/00001.donor_name", false},
    {"redacts_nothing", {CLOSED, .redact = true, .twist = TWIST_REDACTED_NOTHING}, NULL, VERIFY_PERSONAL, "redacted.form", "entries/00009.json", false},
    {"redacted_by_nobody", {CLOSED, .redact = true, .twist = TWIST_REDACTED_UNSIGNED}, NULL, VERIFY_ACT, "act.missing", "entries/00009.json", false},
    {"damaged", {CLOSED}, unsealed_edit, VERIFY_LAYOUT, "manifest.digest", "README.txt", true},
    {"unlisted", {CLOSED}, unlisted, VERIFY_LAYOUT, "manifest.unlisted", "report.csv", true},
    {"absent", {CLOSED}, absent, VERIFY_LAYOUT, "manifest.absent", "disclosures/00001.donor_name", true},
    {"no_manifest", {CLOSED}, no_manifest, VERIFY_LAYOUT, "layout.missing", "MANIFEST.sha256", true},
    {"manifest_form", {CLOSED}, manifest_form, VERIFY_LAYOUT, "manifest.form", "MANIFEST.sha256", true},
    {"no_readme", {CLOSED}, no_readme, VERIFY_LAYOUT, "layout.missing", "README.txt", false},
    {"no_policy", {CLOSED}, no_policy, VERIFY_LAYOUT, "layout.missing", "policy.txt", false},
    {"no_root", {CLOSED}, no_root, VERIFY_LAYOUT, "layout.missing", "keys/root.txt", false},
    {"info_version", {CLOSED}, info_form, VERIFY_LAYOUT, "info.form", "bundle.json", false},
    {"info_count", {CLOSED}, info_count, VERIFY_LAYOUT, "info.says", "bundle.json", false},
    {"info_of_no_batch", {CLOSED}, info_no_batch, VERIFY_LAYOUT, "info.form", "bundle.json", false},
    {"info_stream", {CLOSED}, info_stream, VERIFY_PROOF, "entry.name", "entries/00001.json", false},
    {0},
};
/* clang-format on */
