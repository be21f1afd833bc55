#include "execute/executor.h"
