namespace EdgeRestore.Cli.Tests;

/// <summary>As <see cref="MountFactAttribute"/>, for several cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MountTheoryAttribute : TheoryAttribute
{
    public MountTheoryAttribute() => Skip = MountFactAttribute.Reason;
}
