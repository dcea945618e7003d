namespace EdgeRestore.Daemon.Security;

/// <summary>What an identity may do.</summary>
internal enum Role
{
    Stream,
    Observe,
    Admin,
}

internal static class Roles
{
    public const string Names = "stream, observe, admin";

    public static bool Allows(this Role role, Right right) => right switch
    {
        Right.None or Right.Known => true,
        Right.Stream => role is Role.Stream or Role.Admin,
        Right.Observe => role is Role.Observe or Role.Admin,
        _ => role is Role.Admin,
    };

    /// <summary>By its lower-case name.</summary>
    public static bool TryParse(string name, out Role role)
    {
        role = name switch { "observe" => Role.Observe, "admin" => Role.Admin, _ => Role.Stream };
        return name is "stream" or "observe" or "admin";
    }
}
