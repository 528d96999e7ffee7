// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Controllers;

/// <summary>That a Job is to end, and why: the reason and message of its final condition.</summary>
internal sealed record JobVerdict(bool Succeeded, string Reason, string Message);
