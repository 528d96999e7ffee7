// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History.Logs;

/// <summary>A piece of a log in a day's log file. <paramref name="Size"/> bytes there; the same as <paramref name="Bytes"/> when compressing did not pay.</summary>
internal readonly record struct Segment(long At, int Size, int Bytes, int Lines);
