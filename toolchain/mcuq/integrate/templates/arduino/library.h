/* What a sketch includes. */
#ifndef @{name}_H
#define @{name}_H

@includes

#endif
