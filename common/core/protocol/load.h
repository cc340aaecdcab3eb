#pragma once
/*
 * Inside of the protocol loader; nobody else includes this.
 *
 *   ytree             text -> tree with places
 *   protocol_load     the head of the file, the order of the passes
 *   protocol_template `use`: copies a template's steps with its parameters filled in
 *   protocol_key      reads a mapping by a table: key -> setter, member
 *   protocol_set      the setters
 *   protocol_step     the tables of a step
 *   protocol_field    the tables of a field
 *   protocol_link     names -> indices, when every step is known
 *   protocol_lint     order, cycles, reach, codes, needs
 *   protocol_time     windows that cannot be met
 *   protocol_units    whether derived values, balances and replicates make sense in their units (unit.h)
 *   protocol_json     the other way round
 *
 * Every pass goes on after errors. A name that could not be resolved stays -1, so that later passes can
 * pass over it; such a protocol never leaves the loader.
 */
#include "core/protocol/diag.h"
#include "core/protocol/word.h"
#include "core/protocol/ytree.h"

/* Where bare names are looked up: inside a template first among its own steps. */
struct scope {
    const char *prefix; /* "d3." or "" */
    const struct scope *up;
};

/* `after` of a `use` item; those of nested ones are chained. */
struct given {
    const struct ynode *after;
    const struct scope *scope;
    const struct given *up;
};

/* One step to be read, templates written out. */
struct source {
    const struct ynode *node;
    const struct scope *scope;
    const struct given *given;
    int previous; /* the step declared before it, -1 = none */
};

/* What a reference may point to. */
struct ref_rule {
    const char *what; /* the key */
    unsigned kinds;   /* mask of 1 << field_kind; 0 = a step */
    enum {
        REF_EARLIER,   /* a step that comes before, or an earlier field of the same step */
        REF_SAME_STEP, /* ... or any other field of the same step */
        REF_OR_SELF,   /* a step that comes before, or this one if it is repeated */
        REF_ANY,       /* any other step */
        REF_ORDER,     /* `after`: the graph itself */
    } order;
};

/* A name in the file that must become an index. */
struct fix {
    struct fix *next;
    const struct ynode *at;
    const char *text;
    const struct scope *scope;
    int step, field; /* who refers; field < 0: the step */
    int *slot;       /* a step's index goes here, */
    struct ref *ref; /* or a field's here */
    const struct ref_rule *rule;
};

/* `d3` stands for the last step of the template used as d3. */
struct prefix {
    struct prefix *next;
    const char *name;
    int last;
};

struct loader {
    struct protocol *p;
    struct arena tmp; /* everything that is not the protocol */
    struct diag *d;
    const struct ynode *templates; /* mapping name -> template, or NULL */
    struct source *source;
    size_t nsources;
    struct prefix *prefixes;
    struct fix *fixes, *last_fix;
    size_t copied;             /* nodes copied out of templates */
    size_t substituted;        /* bytes made by parameters */
    const char *expanding[16]; /* templates being expanded */
    size_t nexpanding;
    int step, field; /* being read */
    bool cyclic;
    uint8_t *before; /* nsteps x nsteps: before[a * nsteps + b]: b is surely done when a begins */
};

/* ---- complaints ---- */
#define load_error(l, node, hint, ...) diag_put((l)->d, (node)->line, (node)->column, hint, __VA_ARGS__)
#define load_limit(l, node, hint, ...) diag_limit((l)->d, (node)->line, (node)->column, hint, __VA_ARGS__)
/* nearest_init, but dumb once the file has too many errors to be worth the time. */
void load_nearest(const struct loader *l, struct nearest *n, const char *word);
/* "did you mean `x`?", or `otherwise` if nothing is near. */
const char *load_near(struct loader *l, const struct nearest *n, const char *otherwise);

/* ---- tables ---- */
struct form { /* grammar of a word */
    bool (*ok)(const char *s);
    const char *says;
};
struct key {
    const char *name;
    void (*set)(struct loader *l, const struct key *k, void *obj, const struct ynode *v);
    size_t at, count; /* offset of the member, and of its length */
    const struct form *form;
    const struct word *words;
    unsigned only; /* which values of them are allowed, as bits; 0: all */
    const struct ref_rule *rule;
    int lo, hi;     /* of numbers */
    unsigned kinds; /* field kinds that have this key; 0 = all */
    bool required;
};
/* Of effects, these alone. */
#define E(effect)                 (1u << EFFECT_##effect)
#define EFFECTS(allowed)          .set = set_enum, .words = effect_words, .only = (allowed)
#define MEMBER(obj, offset, type) ((type *)(void *)((char *)(obj) + (offset)))

extern const struct form form_name, form_id, form_step_id, form_label, form_section, form_clause, form_plain,
    form_unit;

/* `what` names the thing in complaints: "step", "field" … `kind` is a mask bit, or 0. */
void load_map(struct loader *l, const struct ynode *n, const struct key *keys, size_t nkeys, void *obj,
              const char *what, unsigned kind);
bool load_is(struct loader *l, const struct ynode *n, enum ynode_kind kind, const char *what);
/* The scalar's text, or NULL with a complaint. */
const char *load_scalar(struct loader *l, const struct ynode *n, const char *what);
/* The value of a word, or -1 with a complaint. */
/* `only` as in struct key. */
int load_word(struct loader *l, const struct ynode *n, const struct word *words, unsigned only,
              const char *what);
bool load_form(struct loader *l, const struct ynode *n, const struct form *form, const char *what);
bool load_dec(struct loader *l, const struct ynode *n, const char *what, struct dec *ret);
void *load_array(struct loader *l, size_t n, size_t size);
/* `text` must become a step's index in *slot, or a field's in *ref. */
void load_fix(struct loader *l, const struct ynode *at, const char *text, const struct scope *scope,
              int *slot, struct ref *ref, const struct ref_rule *rule);
const struct scope *load_scope(const struct loader *l); /* of the step being read */

/* Setters. */
#define SETTER(name) void name(struct loader *l, const struct key *k, void *obj, const struct ynode *v)
SETTER(set_string);  /* const char *, of k->form */
SETTER(set_strings); /* const char **, each of k->form */
SETTER(set_text);    /* struct text */
SETTER(set_bool);
SETTER(set_true); /* only `true`; changes nothing */
SETTER(set_int);
SETTER(set_enum);  /* of k->words */
SETTER(set_dept);  /* enum dept */
SETTER(set_state); /* const char *, and its enum disposition at k->count */
SETTER(set_span);
SETTER(set_dec);
SETTER(set_range);
SETTER(set_step);  /* int */
SETTER(set_steps); /* int * */
SETTER(set_ref);   /* struct ref */
SETTER(set_refs);  /* struct ref * */
SETTER(set_nothing);
SETTER(set_labels); /* const char **, declared labels */
SETTER(set_materials);

/* ---- passes ---- */
void load_templates(struct loader *l, const struct ynode *steps);
void load_step(struct loader *l, size_t i);
void load_field(struct loader *l, const struct ynode *n, struct field *f);
void load_link(struct loader *l);
void load_lint(struct loader *l);
void load_lint_time(struct loader *l);
void load_lint_units(struct loader *l);
