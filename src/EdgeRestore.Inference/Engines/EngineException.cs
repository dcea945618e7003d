namespace EdgeRestore.Inference.Engines;

/// <summary>An engine cannot be built or run: the native failure, with the engine's key and device.</summary>
public sealed class EngineException : EdgeRestoreException
{
    public EngineException(string message)
        : base(message)
    {
    }

    public EngineException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public EngineException(EngineName name, string message, Exception innerException)
        : base(message, innerException) => Name = name;

    /// <summary>The engine that failed, or null when none was reached.</summary>
    public EngineName? Name { get; }
}
