#pragma once
/*
 * The words of the protocol language, both ways: one table an enum (protocol.h), for whoever reads a protocol
 * and whoever tells of one. Each ends with text == NULL.
 */
struct word { /* one word of a closed set */
    const char *text;
    int value;
};

extern const struct word container_use_words[], lot_use_words[], effect_words[], derive_words[],
    meaning_words[], field_kind_words[], verb_words[], need_words[];

const char *word_text(const struct word *words, int value); /* NULL: it has none */
