#include <@name.h>

void check(const char *name, uint32_t (*run)(void))
{
    const uint32_t start = micros();
    const uint32_t wrong = run();
    const uint32_t taken = micros() - start;
    Serial.print(name);
    Serial.print(wrong == 0u ? ": ok, " : ": WRONG OUTPUTS, ");
    Serial.print(taken);
    Serial.println(" us");
}

void setup()
{
    Serial.begin(115200);
@inits
}

void loop()
{
@checks
    delay(1000);
}
