#include <math.h>
#include <stdio.h>

/* Loaded when somebody asks for it, and then only. */
int measure(char *text, unsigned long size) {
  double load = -1;
  FILE *file = fopen("/proc/loadavg", "r");
  if (file) {
    if (fscanf(file, "%lf", &load) != 1) load = -1;
    fclose(file);
  }
  return snprintf(text, size, "load %.1f dB\n", 10 * log10(fabs(load) + 1));
}
