using System.Text.Json;

namespace EdgeRestore.Daemon.Services;

/// <summary>An error as RFC 9457 has it: <c>application/problem+json</c>.</summary>
internal static class Problem
{
    public static async Task WriteAsync(HttpContext call, int status, string title, string detail)
    {
        call.Response.StatusCode = status;
        call.Response.ContentType = "application/problem+json";
        await using var body = new MemoryStream();
        await using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", title);
            json.WriteNumber("status", status);
            json.WriteString("detail", detail);
            json.WriteString("instance", call.Request.Path.Value);
            json.WriteEndObject();
        }

        call.Response.ContentLength = body.Length;
        await call.Response.Body.WriteAsync(body.ToArray(), call.RequestAborted);
    }
}
