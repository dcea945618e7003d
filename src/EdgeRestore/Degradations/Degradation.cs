namespace EdgeRestore.Degradations;

/// <summary>What went wrong with a frame, Clear included: a closed list.</summary>
/// <remarks>The numeric value is the class index of the classifier's output and never changes.</remarks>
public enum Degradation
{
    Clear = 0,
    Noise = 1,
    Rain = 2,
    Haze = 3,
    Snow = 4,
    Blur = 5,
    LowLight = 6,
    Compression = 7,
    LowLightNoise = 8,
    LowLightHaze = 9,
    LowLightRain = 10,
    HazeRain = 11,
    HazeSnow = 12,
}
