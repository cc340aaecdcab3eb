#pragma once
/* Departments (部門): which part of the work a person answers for. Manufacturing and quality are apart by
 * law. */
#include "base/word.h"

enum dept { DEPT_NONE, DEPT_CLINIC, DEPT_CARRIER, DEPT_MANUFACTURING, DEPT_QUALITY, DEPT_MANAGEMENT };
extern const struct word_list dept_words;
