#include <@name.h>

void setup()
{
    Serial.begin(115200);
    model_init();
}

void loop()
{
    const uint32_t start = micros();
    const uint32_t wrong = model_check();
    const uint32_t taken = micros() - start;
    Serial.print(wrong == 0u ? "model: ok, " : "model: WRONG OUTPUTS, ");
    Serial.print(taken);
    Serial.println(" us");
    delay(1000);
}
