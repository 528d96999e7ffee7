// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube.Patch;

/// <summary>
/// A patch that cannot be read or does not apply. The message is the engine's own reason, as <c>kubectl patch --local</c> prints it;
/// <see cref="Status"/> is what an API server answers, which for some failures says less
/// (apiserver pkg/endpoints/handlers/patch.go hides the reason of a failed JSON patch).
/// </summary>
public sealed class PatchException : Exception
{
    private PatchException(string message, ApiStatus status)
        : base(message) => Status = status;

    public ApiStatus Status { get; }

    /// <summary>400: the patch itself is malformed.</summary>
    internal static PatchException BadRequest(string message) => new(message, ApiStatus.BadRequest(message));

    /// <summary>422 with the fixed text that upstream sends for a well-formed patch that does not apply.</summary>
    internal static PatchException Unprocessable(string message) => new(message, new ApiStatus
    {
        Code = 422, Reason = StatusReason.Invalid, Message = "the server rejected our request due to an error in our request",
    });

    /// <summary>422 about the field <c>patch</c>: the patched document cannot be an object of the kind.</summary>
    internal static PatchException Invalid(string value, string message) => new(message, ApiStatus.Invalid("", "", "",
        [new StatusCause("FieldValueInvalid", $"Invalid value: \"{value}\": {message}", "patch")]));

    /// <summary>413: the patch would do more than the limits allow.</summary>
    internal static PatchException TooLarge(string message) => new(message, new ApiStatus
    {
        Code = 413, Reason = StatusReason.RequestEntityTooLarge, Message = $"Request entity too large: {message}",
    });

    /// <summary>500 without a reason: what upstream's server answers for an error that it does not classify.</summary>
    internal static PatchException Unclassified(string message) => new(message, new ApiStatus { Code = 500, Reason = "", Message = message });
}
