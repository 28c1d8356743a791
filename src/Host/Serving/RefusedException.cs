using Microsoft.AspNetCore.Http;

namespace VaeGpu.Host.Serving;

/// <summary>A request that is answered by a status and a sentence.</summary>
internal sealed class RefusedException(int status, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;

    /// <summary>The request itself is wrong.</summary>
    public static RefusedException Wrong(string message) => new(StatusCodes.Status400BadRequest, message);

    /// <summary>The run does not have, or not yet, what was asked for.</summary>
    public static RefusedException Missing(string message) => new(StatusCodes.Status409Conflict, message);

    /// <summary>Nothing wrong with it, but there is too much to do.</summary>
    public static RefusedException Busy() => new(StatusCodes.Status503ServiceUnavailable, "The device is busy; try again in a moment.");
}
