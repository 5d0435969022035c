// Inside the jail: OkHttp's RequestBody with the factories of OkHttp 3 (type first) and of OkHttp 4 (type last).

package okhttp3;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import okio.BufferedSink;
import okio.ByteString;
import okio.Okio;
import okio.Source;

public abstract class RequestBody {
  public abstract MediaType contentType();

  public abstract void writeTo(BufferedSink sink) throws IOException;

  public long contentLength() throws IOException {
    return -1;
  }

  public static RequestBody create(MediaType type, String content) {
    boolean untold = type != null && type.charset() == null;
    MediaType told = untold ? MediaType.parse(type + "; charset=utf-8") : type;
    return create(told, content.getBytes(told == null ? StandardCharsets.UTF_8 : told.charset()));
  }

  public static RequestBody create(String content, MediaType type) {
    return create(type, content);
  }

  public static RequestBody create(MediaType type, ByteString content) {
    return create(type, content.toByteArray());
  }

  public static RequestBody create(ByteString content, MediaType type) {
    return create(type, content);
  }

  public static RequestBody create(MediaType type, byte[] content) {
    return create(type, content, 0, content.length);
  }

  public static RequestBody create(byte[] content) {
    return create(null, content);
  }

  public static RequestBody create(byte[] content, MediaType type) {
    return create(type, content);
  }

  public static RequestBody create(byte[] content, MediaType type, int offset, int count) {
    return create(type, content, offset, count);
  }

  public static RequestBody create(MediaType type, byte[] content, int offset, int count) {
    java.util.Objects.checkFromIndexSize(offset, count, content.length);
    return new RequestBody() {
      @Override public MediaType contentType() {
        return type;
      }

      @Override public long contentLength() {
        return count;
      }

      @Override public void writeTo(BufferedSink sink) throws IOException {
        sink.write(content, offset, count);
      }
    };
  }

  public static RequestBody create(MediaType type, File file) {
    return new RequestBody() {
      @Override public MediaType contentType() {
        return type;
      }

      @Override public long contentLength() {
        return file.length();
      }

      @Override public void writeTo(BufferedSink sink) throws IOException {
        try (Source source = Okio.source(file)) {
          sink.writeAll(source);
        }
      }
    };
  }

  public static RequestBody create(File file, MediaType type) {
    return create(type, file);
  }
}
