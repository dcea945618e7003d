namespace EdgeRestore.Tests;

/// <summary>Skips for root, whom no permission of a file keeps out.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnprivilegedFactAttribute : FactAttribute
{
    public UnprivilegedFactAttribute()
    {
        if (Environment.IsPrivilegedProcess)
        {
            Skip = "Needs a user other than root.";
        }
    }
}
