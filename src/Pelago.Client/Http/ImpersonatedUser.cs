// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>
/// Whom requests act as (Impersonate-User, Impersonate-Group). At most one group, empty for none: several would arrive as one name with commas in it. The
/// API server adds those that every user, or every ServiceAccount, has.
/// </summary>
public sealed record ImpersonatedUser(string Name, string Group = "");
