namespace EdgeRestore.EndToEnd.Fixtures;

/// <summary>Needs root, who alone may become another user.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Skip = "Needs root, to try as another user.";
        }
    }
}
