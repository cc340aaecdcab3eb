#include "token.h"
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/mem.h"
#include "log.h"

#define SLOTS_MAX 64

struct token {
    void *module;
    CK_FUNCTION_LIST *f;
    bool initialised; /* by us: then we finish it */
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;
    uint8_t pub[KEY_PUB];
};

__attribute__((format(printf, 3, 4))) static int fail(struct secret_fault *fault, int err, const char *fmt,
                                                      ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(fault->text, sizeof(fault->text), fmt, ap);
    va_end(ap);
    return err;
}

static const char *rv_text(CK_RV rv)
{
    static const struct {
        CK_RV rv;
        const char *text;
    } known[] = {
        {CKR_PIN_INCORRECT, "wrong PIN"},
        {CKR_PIN_LOCKED, "the PIN is locked after too many tries"},
        {CKR_PIN_LEN_RANGE, "the PIN is too short or too long"},
        {CKR_USER_NOT_LOGGED_IN, "logged out"},
        {CKR_TOKEN_NOT_PRESENT, "the token was removed"},
        {CKR_DEVICE_REMOVED, "the token was removed"},
        {CKR_TOKEN_NOT_RECOGNIZED, "the token is not recognised"},
        {CKR_SESSION_HANDLE_INVALID, "the session was closed"},
        {CKR_SESSION_CLOSED, "the session was closed"},
        {CKR_KEY_HANDLE_INVALID, "the key is gone"},
        {CKR_OBJECT_HANDLE_INVALID, "the key is gone"},
        {CKR_DEVICE_ERROR, "the device failed"},
        {CKR_MECHANISM_INVALID, "the token does not know CKM_EDDSA"},
        {CKR_KEY_TYPE_INCONSISTENT, "the key is no Ed25519 key"},
        {CKR_GENERAL_ERROR, "the module failed"},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].rv == rv)
            return known[i].text;
    return "PKCS#11 error";
}

static int fail_rv(struct secret_fault *fault, const char *what, CK_RV rv)
{
    return fail(fault, CPF_E_CRYPTO, "token: %s: %s (0x%lx)", what, rv_text(rv), (unsigned long)rv);
}

/* ---- module, slot, session ---- */

static int load_module(struct token *t, const char *path, struct secret_fault *fault)
{
    CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
    CK_RV (*list)(CK_FUNCTION_LIST **);
    t->module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!t->module)
        return fail(fault, CPF_E_IO, "token: cannot load the module: %s", dlerror());
    *(void **)&list = dlsym(t->module, "C_GetFunctionList");
    if (!list || list(&t->f) != CKR_OK || !t->f)
        return fail(fault, CPF_E_IO, "token: %s is no PKCS#11 module", path);
    CK_RV rv = t->f->C_Initialize(&args);
    t->initialised = rv == CKR_OK;
    return rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED ? 0 : fail_rv(fault, "C_Initialize", rv);
}

/* PKCS#11 pads with blanks. */
static bool padded_is(const unsigned char *field, size_t size, const char *want)
{
    size_t n = size;
    while (n && field[n - 1] == ' ')
        n--;
    return n == strlen(want) && memcmp(field, want, n) == 0;
}

static int find_slot(const struct token *t, const struct token_uri *u, CK_SLOT_ID *ret,
                     struct secret_fault *fault)
{
    CK_SLOT_ID slot[SLOTS_MAX];
    CK_ULONG n = SLOTS_MAX, found = 0;
    CK_RV rv = t->f->C_GetSlotList(CK_TRUE, slot, &n);
    if (rv != CKR_OK)
        return fail_rv(fault, "C_GetSlotList", rv);
    for (CK_ULONG i = 0; i < n; i++) {
        CK_TOKEN_INFO info;
        if (t->f->C_GetTokenInfo(slot[i], &info) != CKR_OK)
            continue;
        if ((*u->token && !padded_is(info.label, sizeof(info.label), u->token)) ||
            (*u->serial && !padded_is(info.serialNumber, sizeof(info.serialNumber), u->serial)))
            continue;
        *ret = slot[i];
        found++;
    }
    if (found == 1)
        return 0;
    return fail(fault, CPF_E_NOTFOUND, "token: %s '%s'",
                found ? "more than one token is named" : "there is no token",
                *u->token ? u->token : u->serial);
}

static int log_in(struct token *t, CK_SLOT_ID slot, const char *pin, bool write, struct secret_fault *fault)
{
    CK_FLAGS flags = CKF_SERIAL_SESSION | (write ? CKF_RW_SESSION : 0);
    CK_RV rv = t->f->C_OpenSession(slot, flags, NULL, NULL, &t->session);
    if (rv != CKR_OK)
        return fail_rv(fault, "C_OpenSession", rv);
    rv = t->f->C_Login(t->session, CKU_USER, (unsigned char *)(uintptr_t)pin, strlen(pin));
    return rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN ? 0 : fail_rv(fault, "C_Login", rv);
}

static int reach(struct token *t, const struct token_uri *u, const char *module, const char *pin, bool write,
                 struct secret_fault *fault)
{
    CK_SLOT_ID slot = 0;
    if (!*u->module && !module)
        return fail(fault, CPF_E_INVAL, "token: no module: set `module`, or module-path in the URI");
    int err = load_module(t, *u->module ? u->module : module, fault);
    if (!err)
        err = find_slot(t, u, &slot, fault);
    return err ? err : log_in(t, slot, pin, write, fault);
}

/* ---- objects ---- */

static size_t name_template(const struct token_uri *u, CK_ATTRIBUTE *ret)
{
    size_t n = 0;
    if (*u->object)
        ret[n++] = (CK_ATTRIBUTE){CKA_LABEL, (void *)(uintptr_t)u->object, strlen(u->object)};
    if (u->id_len)
        ret[n++] = (CK_ATTRIBUTE){CKA_ID, (void *)(uintptr_t)u->id, u->id_len};
    return n;
}

/* How many there are (2: two or more), the first in *ret. */
static int find_object(const struct token *t, const struct token_uri *u, CK_OBJECT_CLASS class,
                       CK_OBJECT_HANDLE *ret, CK_ULONG *ret_n, struct secret_fault *fault)
{
    CK_KEY_TYPE type = CKK_EC_EDWARDS;
    CK_OBJECT_HANDLE found[2];
    CK_ATTRIBUTE want[4] = {{CKA_CLASS, &class, sizeof(class)}, {CKA_KEY_TYPE, &type, sizeof(type)}};
    size_t n = 2 + name_template(u, want + 2);
    CK_RV rv = t->f->C_FindObjectsInit(t->session, want, n);
    if (rv != CKR_OK)
        return fail_rv(fault, "C_FindObjectsInit", rv);
    rv = t->f->C_FindObjects(t->session, found, 2, ret_n);
    t->f->C_FindObjectsFinal(t->session);
    if (rv != CKR_OK)
        return fail_rv(fault, "C_FindObjects", rv);
    *ret = *ret_n ? found[0] : 0;
    return 0;
}

static int find_one(const struct token *t, const struct token_uri *u, CK_OBJECT_CLASS class,
                    CK_OBJECT_HANDLE *ret, struct secret_fault *fault)
{
    CK_ULONG n = 0;
    int err = find_object(t, u, class, ret, &n, fault);
    if (err || n == 1)
        return err;
    return fail(fault, CPF_E_NOTFOUND, "token: %s Ed25519 %s key '%s' is there", n ? "more than one" : "no",
                class == CKO_PRIVATE_KEY ? "private" : "public", *u->object ? u->object : "(by id)");
}

/* CKA_EC_POINT: the 32 bytes, bare or in an OCTET STRING. */
static int read_public(struct token *t, const struct token_uri *u, struct secret_fault *fault)
{
    CK_OBJECT_HANDLE object = 0;
    unsigned char point[80];
    CK_ATTRIBUTE a = {CKA_EC_POINT, point, sizeof(point)};
    int err = find_one(t, u, CKO_PUBLIC_KEY, &object, fault);
    if (err)
        return err;
    CK_RV rv = t->f->C_GetAttributeValue(t->session, object, &a, 1);
    if (rv != CKR_OK)
        return fail_rv(fault, "public key", rv);
    bool wrapped = a.ulValueLen == KEY_PUB + 2 && point[0] == 0x04 && point[1] == KEY_PUB;
    if (!wrapped && a.ulValueLen != KEY_PUB)
        return fail(fault, CPF_E_KEY, "token: the public key is no Ed25519 key (%lu bytes)",
                    (unsigned long)a.ulValueLen);
    memcpy(t->pub, point + (wrapped ? 2 : 0), KEY_PUB);
    return key_check_public(t->pub) ? fail(fault, CPF_E_KEY, "token: a weak public key") : 0;
}

/* ---- signing ---- */

/* Runs in any thread that does not block SIGALRM; nothing but write and _exit is safe here. */
static void on_alarm(int signal)
{
    static const char text[] =
        "<3>event=token_hangs text=\"the token did not sign in time: see that it is there and answers; "
        "nothing was signed\"\n";
    (void)signal;
    (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    _exit(EXIT_FAILURE);
}

static CK_RV sign_raw(const struct token *t, const void *text, size_t len, uint8_t ret[KEY_SIG])
{
    CK_MECHANISM eddsa = {CKM_EDDSA, NULL, 0};
    CK_ULONG n = KEY_SIG;
    CK_RV rv = t->f->C_SignInit(t->session, &eddsa, t->key);
    if (rv == CKR_OK)
        rv = t->f->C_Sign(t->session, (unsigned char *)(uintptr_t)text, len, ret, &n);
    return rv == CKR_OK && n != KEY_SIG ? CKR_SIGNATURE_LEN_RANGE : rv;
}

static int sign(const struct token *t, const void *text, size_t len, uint8_t ret[KEY_SIG],
                struct secret_fault *fault)
{
    struct sigaction once = {.sa_handler = on_alarm};
    uint8_t sig[KEY_SIG];
    sigaction(SIGALRM, &once, NULL);
    alarm(TOKEN_PATIENCE_S);
    CK_RV rv = sign_raw(t, text, len, sig);
    alarm(0);
    if (rv != CKR_OK)
        return fail_rv(fault, "it did not sign", rv);
    if (key_verify(t->pub, text, len, sig))
        return fail(fault, CPF_E_SIGNATURE,
                    "token: its signature does not verify under its public key: the key pair does not fit or "
                    "the token is broken");
    memcpy(ret, sig, KEY_SIG);
    return 0;
}

int token_sign(void *arg, const void *text, size_t len, uint8_t ret[KEY_SIG])
{
    struct secret_fault fault;
    int64_t began = clock_mono_ms();
    if (sign(arg, text, len, ret, &fault)) {
        log_line(LOG_L_ERROR, "event=token_failed text=\"%s\"", fault.text);
        return CPF_E_CRYPTO;
    }
    int64_t took = clock_mono_ms() - began;
    if (took >= TOKEN_SLOW_MS)
        log_line(LOG_L_WARN, "event=token_slow ms=%lld", (long long)took);
    return 0;
}

/* No checkpoint has this form: a trial is a signature that says nothing. */
static int try_key(const struct token *t, struct secret_fault *fault)
{
    static const char text[] = "cpf-signer/trial/v1\n";
    uint8_t sig[KEY_SIG];
    return sign(t, text, sizeof(text) - 1, sig, fault);
}

/* ---- the whole ---- */

int token_open(const struct token_uri *u, const char *module, const char *pin, struct token **ret,
               uint8_t ret_pub[KEY_PUB], struct secret_fault *fault)
{
    struct token *t = xcalloc(1, sizeof(*t));
    int err = reach(t, u, module, pin, false, fault);
    if (!err)
        err = find_one(t, u, CKO_PRIVATE_KEY, &t->key, fault);
    if (!err)
        err = read_public(t, u, fault);
    if (!err)
        err = try_key(t, fault);
    if (err) {
        token_free(t);
        return err;
    }
    memcpy(ret_pub, t->pub, KEY_PUB);
    *ret = t;
    return 0;
}

static CK_RV generate(const struct token *t, const struct token_uri *u)
{
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_MECHANISM how = {CKM_EC_EDWARDS_KEY_PAIR_GEN, NULL, 0};
    CK_OBJECT_HANDLE pub, priv;
    unsigned char ed25519[] = {0x06, 0x03, 0x2b, 0x65, 0x70}; /* OID 1.3.101.112 */
    CK_ATTRIBUTE open[5] = {{CKA_TOKEN, &yes, sizeof(yes)},
                            {CKA_VERIFY, &yes, sizeof(yes)},
                            {CKA_EC_PARAMS, ed25519, sizeof(ed25519)}};
    CK_ATTRIBUTE closed[7] = {{CKA_TOKEN, &yes, sizeof(yes)},
                              {CKA_PRIVATE, &yes, sizeof(yes)},
                              {CKA_SENSITIVE, &yes, sizeof(yes)},
                              {CKA_EXTRACTABLE, &no, sizeof(no)},
                              {CKA_SIGN, &yes, sizeof(yes)}};
    size_t nopen = 3 + name_template(u, open + 3), nclosed = 5 + name_template(u, closed + 5);
    return t->f->C_GenerateKeyPair(t->session, &how, open, nopen, closed, nclosed, &pub, &priv);
}

int token_make_key(const struct token_uri *u, const char *module, const char *pin, struct secret_fault *fault)
{
    struct token *t = xcalloc(1, sizeof(*t));
    CK_OBJECT_HANDLE object;
    CK_ULONG n = 0;
    int err = reach(t, u, module, pin, true, fault);
    if (!err)
        err = find_object(t, u, CKO_PRIVATE_KEY, &object, &n, fault);
    if (!err && n)
        err = fail(fault, CPF_E_DUPLICATE,
                   "token: a key of that name is there: it is never overwritten, and never used for a second "
                   "log");
    if (!err) {
        CK_RV rv = generate(t, u);
        err = rv == CKR_OK ? 0 : fail_rv(fault, "C_GenerateKeyPair", rv);
    }
    token_free(t);
    return err;
}

void token_free(struct token *t)
{
    if (!t)
        return;
    if (t->f && t->session)
        t->f->C_CloseSession(t->session);
    if (t->f && t->initialised)
        t->f->C_Finalize(NULL);
    if (t->module)
        dlclose(t->module);
    free(t);
}
