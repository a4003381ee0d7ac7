/// What is taken for a video where a directory is named.
enum SourceListing {
    /// File names that are taken from a directory; one that is named itself is always taken.
    static let extensions: Set<String> = [
        "mp4", "m4v", "mov", "mkv", "webm", "ts", "m2ts", "mts", "avi", "flv", "mpg", "mpeg", "3gp",
        "wmv", "mxf", "ogv",
    ]
}
