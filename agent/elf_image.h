/* What the ELF header of a module in memory says that profiles need. */
#ifndef AGENT_ELF_IMAGE_H
#define AGENT_ELF_IMAGE_H

#include "agent/modules.h"

/* Fills end, bias, build id and the place of call frame information of m, whose start is known. False: no
 * 64-bit ELF image is there. */
bool elf_image_read(struct module *m);

#endif
