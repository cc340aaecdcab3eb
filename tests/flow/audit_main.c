/* The audit alone, for tests: cpfctl without the rest. */
#include "audit/audit.h"

int main(int argc, char **argv)
{
    return audit_main(argc, argv);
}
