namespace EdgeRestore.TestPackages;

/// <summary>How a test package recognises degradations.</summary>
public enum TestClassifier
{
    /// <summary>By colour, as <see cref="TestFrames.Paint"/> gives it: red for the degradation, green the
    /// confidence.</summary>
    Colour,

    /// <summary>Not at all: every probability is NaN.</summary>
    NotANumber,
}
