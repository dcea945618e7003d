namespace EdgeRestore.Commands;

/// <summary>What was asked for cannot be meant so: options, environment or configuration file.</summary>
public class WrongCommandLineException(string message) : EdgeRestoreException(message);
