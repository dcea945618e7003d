using System.ComponentModel;
using System.Diagnostics;

namespace EdgeRestore.Cli.Tests.Evaluating;

/// <summary>A test that needs Debian's OpenCV and scikit-image: skipped where they are not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OpenCvFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> IsThere = new(() =>
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("/usr/bin/python3", ["-c", "import cv2, skimage"])
                {
                    RedirectStandardError = true,
                });
            process?.WaitForExit();
            return process?.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    });

    public OpenCvFactAttribute()
    {
        if (!IsThere.Value)
        {
            Skip = "python3-opencv and python3-skimage are not installed.";
        }
    }
}
