/*
 * A PKCS#11 module in front of another one ($CPF_P11_MODULE), which does what the file $CPF_P11_FAULT says
 * when it is asked to sign: gone, out, slow, hang, wrong; without the file nothing.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <p11-kit/pkcs11.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static CK_FUNCTION_LIST *real, ours;

static void fault(char ret[16])
{
    const char *path = getenv("CPF_P11_FAULT");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = fd >= 0 ? read(fd, ret, 15) : 0;
    ret[n > 0 ? n : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

static CK_RV sign(CK_SESSION_HANDLE session, unsigned char *data, CK_ULONG len, unsigned char *signature,
                  CK_ULONG *signature_len)
{
    char what[16];
    fault(what);
    if (strcmp(what, "gone") == 0)
        return CKR_TOKEN_NOT_PRESENT;
    if (strcmp(what, "out") == 0)
        return CKR_USER_NOT_LOGGED_IN;
    if (strcmp(what, "slow") == 0)
        usleep(1200000);
    if (strcmp(what, "hang") == 0)
        sleep(600);
    CK_RV rv = real->C_Sign(session, data, len, signature, signature_len);
    if (strcmp(what, "wrong") == 0 && rv == CKR_OK)
        signature[7] ^= 1;
    return rv;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    CK_RV (*get)(CK_FUNCTION_LIST **);
    const char *path = getenv("CPF_P11_MODULE");
    void *module = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    *(void **)&get = module ? dlsym(module, "C_GetFunctionList") : NULL;
    if (!get || get(&real) != CKR_OK)
        return CKR_GENERAL_ERROR;
    ours = *real;
    ours.C_Sign = sign;
    *list = &ours;
    return CKR_OK;
}
