namespace EdgeRestore;

/// <summary>Whose fault it is that a frame was not restored.</summary>
public enum RestoreError
{
    None = 0,
    Input = 1,
    Capacity = 2,
    Engine = 3,
    Canceled = 4,
    DeadlineExceeded = 5,
}
