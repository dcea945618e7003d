namespace EdgeRestore.Quantization.Calibration;

/// <summary>What frames must satisfy before they are run.</summary>
internal static class CalibrationFrames
{
    public static void Require(IReadOnlyDictionary<string, IReadOnlyList<CalibrationFrame>> frames)
    {
        if (frames.Count == 0)
        {
            throw new CalibrationException(
                "There are no frames to calibrate with. Give a folder of images or a video.");
        }

        foreach (var (file, list) in frames)
        {
            if (list.Count == 0)
            {
                throw new CalibrationException(
                    $"There are no frames to calibrate '{file}' with. Give frames of its degradation, or clean "
                    + "photographs.");
            }

            if (list.DistinctBy(frame => frame.Sha256).Count() != list.Count)
            {
                throw new CalibrationException(
                    $"Frames for '{file}' stand there more than once and would weigh double. Take the copies out.");
            }
        }
    }
}
